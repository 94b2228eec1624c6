{#
What `dbt source freshness` asks of a source: dbt's own question, but that a table into which nothing was ever loaded
belongs to a source that is not in use, and is not late. dbt would end in an error for each of them.
#}
{% macro default__collect_freshness(source, loaded_at_field, filter) %}
    {%- call statement('collect_freshness', fetch_result=True, auto_begin=False) %}
        select
            coalesce(
                max({{ loaded_at_field }}),
                cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as {{ dbt.type_timestamp() }})
            ) as max_loaded_at,
            {{ current_timestamp() }} as snapshotted_at
        from {{ source }}
        {% if filter %}where {{ filter }}{% endif %}
    {%- endcall %}
    {{ return(load_result('collect_freshness')) }}
{% endmacro %}
