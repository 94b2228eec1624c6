{{ config(materialized='table') }}

with users as (

    select * from {{ ref('int_product_users_collected') }}

),

{{ version_periods('users', key='user_id') }},

final as (

    select
        user_id,
        {{ clean_email('email') }} as email,
        distinct_id,
        account_domain,
        company_size,
        industry,
        plan,
        created_at,
        cast(created_at as date) as signed_up_on,
        known_from,
        known_until,
        loaded_at
    from version_periods

)

select * from final
