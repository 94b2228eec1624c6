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
        case
            when row_number() over (partition by distinct_id order by linked_from) = 1
                then cast('0001-01-01' as date)
            else linked_from
        end as applies_from,
        linked_until as applies_until
    from visitor_emails

)

select * from final
