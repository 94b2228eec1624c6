{#
The rows of one registry that are in force: the shipped seed rows, each overridden by the latest
change of its key in `ops.registry_changes`. A change is one of
  set     the row is what the change holds in `after`
  delete  the row is gone
  reset   the shipped row stands again
`columns` maps each column to its type, in the order of the seed. Beside them come `row_source`
(shipped | edited), `changed_by` and `changed_at` of the edit.
#}
{% macro registry_rows(registry, key, columns) %}
with shipped as (
    select * from {{ ref(registry) }}
),

changes as (
    select * from {{ source('ops', 'registry_changes') }}
    where registry = '{{ registry }}'
),

latest_changes as (
    select
        record_key,
        action,
        after,
        changed_by,
        changed_at
    from changes
    qualify row_number() over (partition by record_key order by changed_at desc, change_id desc) = 1
),

shipped_in_force as (
    select
        {%- for column, type in columns.items() %}
        cast(shipped.{{ column }} as {{ type }}) as {{ column }},
        {%- endfor %}
        'shipped' as row_source,
        cast(null as varchar) as changed_by,
        cast(null as {{ dbt.type_timestamp() }}) as changed_at
    from shipped
    left join latest_changes on shipped.{{ key }} = latest_changes.record_key
    where latest_changes.record_key is null or latest_changes.action = 'reset'
),

edited_in_force as (
    select
        {%- for column, type in columns.items() %}
        cast({{ json_text('after', column) }} as {{ type }}) as {{ column }},
        {%- endfor %}
        'edited' as row_source,
        changed_by,
        changed_at
    from latest_changes
    where action = 'set'
),

final as (
    select * from shipped_in_force
    union all
    select * from edited_in_force
)

select * from final
{% endmacro %}
