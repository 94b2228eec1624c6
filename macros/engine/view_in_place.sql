{#
On DuckDB a view is replaced in one statement, as dbt does it on Snowflake and BigQuery, and not made beside
the old one, renamed and the old one dropped: three statements less for every view of every build.
#}
{% materialization view, adapter='duckdb' %}
    {%- set built = create_or_replace_view() -%}
    {%- do adapter.commit() -%}
    {%- do return(built) -%}
{% endmaterialization %}

{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
    create or replace view {{ relation }} as (
        {{ sql }}
    );
{%- endmacro %}
