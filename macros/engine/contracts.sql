{#
Contracts name a column of JSON by its Snowflake type, variant. On DuckDB the JSON that models put together is text,
and a contract reads so: where dbt compares a model's columns with its contract, and where it makes the table.
#}
{% macro duckdb__get_empty_schema_sql(columns) %}
    {{- return(default__get_empty_schema_sql(columns_of_duckdb(columns))) -}}
{% endmacro %}

{% macro duckdb__get_table_columns_and_constraints() %}
    {%- set columns = adapter.render_raw_columns_constraints(raw_columns=columns_of_duckdb(model['columns'])) -%}
    {%- set constraints = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
    ({{ (columns + constraints) | join(', ') }})
{% endmacro %}

{% macro columns_of_duckdb(columns) %}
    {%- set translated = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do translated.update({
            name: dict(column, data_type='varchar') if column.get('data_type') == 'variant' else column
        }) -%}
    {%- endfor -%}
    {{- return(translated) -}}
{% endmacro %}
