{% macro latest_snapshot_day() -%}
    {#-
      The last day snapshotted at or before the as-of day, as text; the as-of day where there is none.
      A literal, so that the models that read one day of the snapshots read no other.
    -#}
    {%- set snapshots = ref('fct_daily_account_intent') -%}
    {%- if execute and load_relation(snapshots) is not none -%}
        {%- set last = run_query(
            'select max(snapshot_date) as d from ' ~ snapshots ~ ' where snapshot_date <= ' ~ as_of_date()
        ).rows[0][0] -%}
        {%- if last is not none -%}{{- return((last | string)[:10]) -}}{%- endif -%}
    {%- endif -%}
    {{- return(as_of_day()) -}}
{%- endmacro %}
