{#
On DuckDB a view or a table is replaced where it stands, as dbt does it on Snowflake and BigQuery, and not made
beside the old one, the two renamed and the old one dropped: that took half of a small table's time.
It is one transaction: whoever reads meanwhile sees the old one, and one that cannot be made leaves it.
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
    {%- call statement('main') %}
        drop table if exists {{ table }};
        {{ create_table_as(false, table, compiled_code) }}
    {%- endcall %}
    {%- do create_indexes(table) -%}
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
