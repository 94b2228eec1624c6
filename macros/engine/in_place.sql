{#
On DuckDB a view or a table is replaced in one statement, as dbt does it on Snowflake and BigQuery, and not
made beside the old one, the two renamed and the old one dropped: three statements less for each in every build.
Whoever reads meanwhile sees the old one until the transaction ends.
#}
{% materialization view, adapter='duckdb' %}
    {%- set built = create_or_replace_view() -%}
    {%- do adapter.commit() -%}
    {%- do return(built) -%}
{% endmaterialization %}

{% materialization table, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set table = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and existing.is_view %}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif %}
    {%- call statement('main') -%}
        {{ create_table_as(false, table, compiled_code) }}
    {%- endcall %}
    {%- do persist_docs(table, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}

{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
    create or replace view {{ relation }} as (
        {{ sql }}
    );
{%- endmacro %}

{#- The last three arguments are of Python models and DuckLake; the project has neither. -#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- set contract = config.get('contract').enforced %}
    {%- if contract %}{{ get_assert_columns_equivalent(compiled_code) }}{% endif %}
    {%- if temporary %}
    create or replace temporary table {{ relation.include(database=false, schema=false) }} as (
        {{ compiled_code }}
    );
    {%- elif contract %}
    create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
    insert into {{ relation }} {{ get_column_names() }} (
        {{ get_select_subquery(compiled_code) }}
    );
    {%- else %}
    create or replace table {{ relation }} as (
        {{ compiled_code }}
    );
    {%- endif %}
{%- endmacro %}
