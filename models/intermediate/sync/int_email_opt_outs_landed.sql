-- as the CRM says it now, whatever day the run is pinned to
with hubspot_records as (

    select
        *,
        {{ json_field('payload', 'properties') }} as properties
    from {{ source('hubspot', 'contacts') }}
    qualify row_number() over (partition by record_id order by version_at desc) = 1

),

final as (

    select record_key as email
    from {{ ref('int_salesforce_contacts_landed') }}
    where is_opted_out and record_key is not null
    union
    select {{ clean_email(json_text('properties', 'email')) }}
    from hubspot_records
    where {{ clean_email(json_text('properties', 'email')) }} is not null
        and (
            coalesce({{ json_boolean('properties', 'hs_email_optout') }}, false)
            or coalesce({{ json_boolean('properties', var('hubspot_properties')['contact_do_not_contact']) }}, false)
        )

)

select * from final
