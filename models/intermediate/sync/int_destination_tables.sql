{%- set tables = [
    ('salesforce', 'accounts', 'account_id'),
    ('salesforce', 'contacts', 'contact_id'),
    ('salesforce', 'leads', 'lead_id'),
    ('salesforce', 'tasks', 'task_id'),
    ('outreach', 'prospects', 'outreach_prospect_id'),
    ('outreach', 'sequence_states', 'sequence_state_id'),
] %}

-- from staging, and not from our raw tables: another loader may land what Salesforce has
with final as (

    {% for destination, entity, id in tables %}
    select
        '{{ destination }}' as destination,
        '{{ entity }}' as entity,
        count(distinct {{ id }}) as record_count,
        max(loaded_at) as last_landed_at
    from {{ ref('stg_' ~ destination ~ '__' ~ entity) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
