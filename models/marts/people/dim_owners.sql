with crm_users as (

    select
        user_id as crm_owner_id,
        full_name as owner_name,
        {{ clean_email('email') }} as email,
        coalesce(is_active, true) as is_active
    from {{ ref('stg_salesforce__users') }}
    where is_current
    union all
    select
        owner_id,
        nullif({{ trimmed("coalesce(first_name, '') || ' ' || coalesce(last_name, '')") }}, ''),
        email,
        is_active
    from {{ ref('stg_hubspot__owners') }}

),

recorder_users as (

    select
        email,
        max(user_id) as rep_id
    from {{ ref('stg_gong__users') }}
    where email is not null
    group by 1

),

final as (

    select
        crm_users.crm_owner_id,
        recorder_users.rep_id,

        coalesce(crm_users.owner_name, crm_users.email, crm_users.crm_owner_id) as owner_name,
        crm_users.email,

        crm_users.is_active
    from crm_users
    left join recorder_users on crm_users.email = recorder_users.email

)

select * from final
