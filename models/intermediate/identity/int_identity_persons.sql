{{ config(materialized='view') }}

with visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}

),

final as (

    select
        'posthog_distinct_id' as identity_type,
        distinct_id as identity_value,
        email,
        {{ person_id('email', 'email') }} as person_id,
        linked_from,
        applies_from,
        applies_until
    from visitor_emails

)

select * from final
