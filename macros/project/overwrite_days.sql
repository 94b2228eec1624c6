{#
Incremental strategy `overwrite_days`: the run's days are written as a whole, also those of which nothing is left
(delete+insert would keep what such a day held before). unique_key is the model's day column.

    config(materialized='incremental', incremental_strategy='overwrite_days', unique_key='known_on')
#}
{% macro get_incremental_overwrite_days_sql(arguments) %}
    {%- set window = snapshot_window() -%}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    {%- set dml -%}
        delete from {{ arguments.target_relation }}
        where {{ arguments.unique_key }} between {{ sql_date(window['from']) }} and {{ sql_date(window.to) }};

        insert into {{ arguments.target_relation }} ({{ columns }})
        select {{ columns }} from {{ arguments.temp_relation }}
    {%- endset -%}
    {{- return(in_one_transaction(dml)) -}}
{% endmacro %}
