{#
Incremental strategies that write days as a whole, also those of which nothing is left (delete+insert would keep what
such a day held before). unique_key is the model's day column.

    config(materialized='incremental', incremental_strategy='overwrite_days', unique_key='known_on')

`overwrite_days` writes the snapshot window, `overwrite_as_of_day` the as-of day alone. A model that is built after
the snapshots, which move the window, writes `overwrite_run_days`: the days of int_run_days, which it depends on.
#}
{% macro get_incremental_overwrite_days_sql(arguments) %}
    {%- set window = snapshot_window() -%}
    {{- return(overwrite_sql(arguments, 'between ' ~ sql_date(window['from']) ~ ' and ' ~ sql_date(window.to))) -}}
{% endmacro %}

{% macro get_incremental_overwrite_as_of_day_sql(arguments) %}
    {{- return(overwrite_sql(arguments, '= ' ~ as_of_date())) -}}
{% endmacro %}

{% macro get_incremental_overwrite_run_days_sql(arguments) %}
    {{- return(overwrite_sql(arguments, 'in (select run_date from ' ~ ref('int_run_days') ~ ')')) -}}
{% endmacro %}

{% macro overwrite_sql(arguments, days) %}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    {%- set dml -%}
        delete from {{ arguments.target_relation }}
        where {{ arguments.unique_key }} {{ days }};

        insert into {{ arguments.target_relation }} ({{ columns }})
        select {{ columns }} from {{ arguments.temp_relation }}
    {%- endset -%}
    {{- return(in_one_transaction(dml)) -}}
{% endmacro %}
