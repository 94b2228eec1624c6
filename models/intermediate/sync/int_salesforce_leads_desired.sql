with settings as (

    {{ settings_row(ref('stg_registry__sync_settings'), where="destination = 'salesforce'", settings={
        'leads': 'boolean', 'leads_min_score': 'double', 'leads_max_age_days': 'integer',
    }) }}

),

-- of one person's requests the latest
lead_requests as (

    select
        *,
        {{ clean_email('email') }} as email_given
    from {{ ref('fct_lead_requests') }}
    qualify row_number() over (
        partition by {{ clean_email('email') }} order by occurred_at desc, lead_request_id
    ) = 1

),

known_emails as (

    select record_key as email_known from {{ ref('int_salesforce_contacts_landed') }}
    where not is_deleted and record_key is not null
    union
    select {{ clean_email('email') }} from {{ ref('stg_salesforce__leads') }}
    where email is not null

),

final as (

    select
        lead_requests.lead_request_id as record_key,
        'Email' as key_field,
        lead_requests.email_given as key_value,
        '{}' as links,
        {{ source_row('marts.fct_lead_requests', 'lead_requests.lead_request_id') }} as source_rows,

        'qualified lead request' || coalesce(': ' || lead_requests.request_type, '') as make_reason,
        case
            when lead_requests.last_name is null then 'the last name is not known, and Salesforce wants one'
        end as make_obstacle,

        lead_requests.email_given as email,
        lead_requests.first_name,
        lead_requests.last_name,
        coalesce(lead_requests.company_name, lead_requests.account_key, '[not provided]') as company_name,
        lead_requests.phone,
        lead_requests.website,
        coalesce(lead_requests.request_type || ': ', '') || coalesce(lead_requests.message, '') as description,
        lead_requests.lead_score
    from lead_requests
    cross join settings
    left join known_emails on lead_requests.email_given = known_emails.email_known
    where settings.leads
        and lead_requests.crm_lead_id is null
        and lead_requests.email_given is not null
        and lead_requests.lead_score >= settings.leads_min_score
        and {{ days_between('cast(lead_requests.occurred_at as date)', as_of_date()) }} <= settings.leads_max_age_days
        and known_emails.email_known is null

)

select * from final
