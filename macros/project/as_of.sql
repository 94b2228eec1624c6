{#
  The clock of a run. No model reads the wall clock: a run is pinned to a day (UTC), and knows what
  was known by the end of it.
#}

{% macro as_of_day() -%}
    {#- The pinned day as text, YYYY-MM-DD: var as_of_date, else var to_date, else the last complete day. -#}
    {%- set pinned = var('as_of_date') or var('to_date') -%}
    {%- if pinned -%}
        {{- return((pinned | string)[:10]) -}}
    {%- endif -%}
    {{- return((run_started_at - modules.datetime.timedelta(days=1)).strftime('%Y-%m-%d')) -}}
{%- endmacro %}

{% macro as_of_date() -%}
    cast('{{ as_of_day() }}' as date)
{%- endmacro %}

{% macro day_plus(day, days) -%}
    {#- A day as text, moved by a number of days; in Jinja, for literals. -#}
    {%- set moved = modules.datetime.date.fromisoformat(day) + modules.datetime.timedelta(days=days) -%}
    {{- return(moved.isoformat()) -}}
{%- endmacro %}

{% macro is_known_by_as_of(column) -%}
    {#- True for what was known by the end of the as-of day; a null time means known always. -#}
    coalesce({{ column }} < cast('{{ day_plus(as_of_day(), 1) }}' as timestamp), true)
{%- endmacro %}

{% macro last_day_of_run() -%}
    {#- The last day this run snapshots, as text: var to_date, else the as-of day. -#}
    {{- return(((var('to_date') or as_of_day()) | string)[:10]) -}}
{%- endmacro %}

{% macro snapshot_window() -%}
    {#-
      The days this run snapshots, as {'from': day, 'to': day} (text):
        to    the last day of the run
        from  var from_date; else the day after the last snapshot there is (or the to-day again, when
              it is already there); else, in an empty warehouse, first_build_days back.
    -#}
    {%- set to_day = last_day_of_run() -%}
    {%- set from_day = (var('from_date') | string)[:10] -%}
    {%- if not from_day -%}
        {%- set from_day = day_plus(to_day, 1 - var('first_build_days') | int) -%}
        {%- if execute and not flags.FULL_REFRESH -%}
            {%- set snapshots = adapter.get_relation(
                database=target.database, schema='marts', identifier='fct_daily_account_intent') -%}
            {%- if snapshots is not none -%}
                {%- set last = run_query('select max(snapshot_date) as d from ' ~ snapshots).rows[0][0] -%}
                {%- if last is not none -%}
                    {%- set next_day = day_plus((last | string)[:10], 1) -%}
                    {%- set from_day = next_day if next_day < to_day else to_day -%}
                {%- endif -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- if from_day > to_day -%}
        {%- do exceptions.raise_compiler_error(
            'from_date ' ~ from_day ~ ' is after to_date ' ~ to_day ~ ': swap them') -%}
    {%- endif -%}
    {{- return({'from': from_day, 'to': to_day}) -}}
{%- endmacro %}

{% macro read_window(column) -%}
    {#-
      The days an incremental model over events reads again, as {'from': day, 'to': day}: the
      snapshot window, stretched back to the day after the last one the model holds, so that a gap
      between two builds is filled. `column` is the model's day column.
    -#}
    {%- set window = snapshot_window() -%}
    {%- if execute and is_incremental() -%}
        {%- set last = run_query('select max(' ~ column ~ ') as d from ' ~ this).rows[0][0] -%}
        {%- if last is none -%}
            {%- do window.update({'from': '1900-01-01'}) -%}
        {%- else -%}
            {%- set next_day = day_plus((last | string)[:10], 1) -%}
            {%- do window.update({'from': next_day if next_day < window['from'] else window['from']}) -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(window) -}}
{%- endmacro %}

{% macro mark_searched() -%}
    {#-
      Post-hook of a model that gathers what is new in events, and reads on from its last `searched_until`
      (read_window): events up to this run's last day have been searched, also where nothing was new.
    -#}
    update {{ this }} set searched_until = {{ sql_date(last_day_of_run()) }}
    where searched_until = (select max(searched_until) from {{ this }})
        and searched_until < {{ sql_date(last_day_of_run()) }}
{%- endmacro %}

{% macro known_within(window) -%}
    {#- For web events: true for those a model reads that has this read_window. -#}
    known_on <= cast('{{ window.to }}' as date)
        {%- if is_incremental() %}
        and {{ happened_and_known_since(window['from']) }}
        {%- endif %}
{%- endmacro %}

{% macro happened_and_known_since(day) -%}
    {#- For web events: true for those whose known_on is `day` or later, in a form that prunes. -#}
    (
        known_at >= cast('{{ day }}' as timestamp)
        or occurred_at >= cast('{{ day }}' as timestamp)
    )
{%- endmacro %}
