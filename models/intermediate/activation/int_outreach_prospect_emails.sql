{{ config(materialized='table') }}

with prospects as (

    select * from {{ ref('stg_outreach__prospects') }}
    where is_current

),

prospect_emails as (

    {{ json_array_rows('prospects', 'emails') }}

),

identities as (

    select * from {{ ref('int_person_identities') }}
    where identity_type = 'email'

),

final as (

    select
        prospect_emails.outreach_prospect_id,
        {{ clean_email('prospect_emails.element_text') }} as email,
        coalesce(
            identities.person_id,
            {{ person_id('email', clean_email('prospect_emails.element_text')) }}
        ) as person_id,
        coalesce(prospect_emails.is_opted_out, false)
            or coalesce(prospect_emails.is_email_opted_out, false)
            or coalesce(prospect_emails.emails_opt_status = 'opted_out', false) as is_opted_out,
        prospect_emails.trashed_at is not null as is_trashed,
        prospect_emails.touched_at
    from prospect_emails
    left join identities on {{ clean_email('prospect_emails.element_text') }} = identities.identity_value
    where {{ clean_email('prospect_emails.element_text') }} is not null
    qualify row_number() over (
        partition by prospect_emails.outreach_prospect_id, {{ clean_email('prospect_emails.element_text') }}
        order by prospect_emails.position
    ) = 1

)

select * from final
