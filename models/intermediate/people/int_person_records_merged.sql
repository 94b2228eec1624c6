{%- set descriptions = [
    'first_name', 'last_name', 'title', 'phone', 'linkedin_url', 'crm_contact_id', 'crm_lead_id', 'user_id',
    'outreach_prospect_id', 'crm_owner_id', 'account_key',
] %}

with records as (

    select * from {{ ref('int_person_records_stated') }}

),

merges as (

    select * from {{ ref('int_person_merges') }}

),

person_records as (

    select
        records.*,
        coalesce(merges.merged_person_id, records.person_id) as merged_person_id
    from records
    left join merges on records.person_id = merges.person_id

),

-- the CRM's word goes before the form's, and that before the product's; of one source, the latest, what was deleted last
described as (

    select
        merged_person_id as person_id,
        {%- for column in descriptions %}
        {{ first_present(column) }} over (
            partition by merged_person_id
            order by source_rank, is_deleted, stated_at desc nulls last, identity_value
            rows between unbounded preceding and unbounded following
        ) as {{ column }},
        {%- endfor %}
        source_name,
        is_opted_out,
        is_do_not_contact,
        first_seen_at,
        last_seen_at
    from person_records
    where merged_person_id is not null

),

final as (

    select
        person_id,
        {%- for column in descriptions %}
        max({{ column }}) as {{ column }},
        {%- endfor %}
        count(case when source_name = 'contact' then 1 end) as crm_contact_count,
        count(case when source_name = 'lead_request' then 1 end) as lead_request_count,
        max(case when is_opted_out then 1 else 0 end) = 1 as is_opted_out,
        max(case when is_do_not_contact then 1 else 0 end) = 1 as is_do_not_contact,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from described
    group by 1

)

select * from final
