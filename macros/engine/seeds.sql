{# dbt-duckdb's own statement ends at an apostrophe in the path of the project. #}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {%- set file = adapter.get_seed_file_path(model) | replace("'", "''") -%}
    {%- set sql = "copy " ~ this ~ " from '" ~ file ~ "' (format csv, header true)" -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{% endmacro %}
