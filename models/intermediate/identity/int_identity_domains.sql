with visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}

),

email_domains as (

    select * from {{ ref('int_email_domains') }}

),

identities as (

    select
        'email' as identity_type,
        email as identity_value,
        company_domain,
        linked_from,
        linked_until
    from email_domains
    union all
    -- a visitor belongs to the account of the e-mail she gave, while both links hold
    select
        'posthog_distinct_id',
        visitor_emails.distinct_id,
        email_domains.company_domain,
        greatest(visitor_emails.linked_from, email_domains.linked_from),
        least(visitor_emails.linked_until, email_domains.linked_until)
    from visitor_emails
    inner join email_domains
        on visitor_emails.email = email_domains.email
        and visitor_emails.linked_from < email_domains.linked_until
        and email_domains.linked_from < visitor_emails.linked_until

),

final as (

    select
        identity_type,
        identity_value,
        company_domain,
        linked_from,
        -- what happened before the first link counts for it too, from the day it became known
        case
            when row_number() over (
                partition by identity_type, identity_value order by linked_from
            ) = 1 then cast('0001-01-01' as date)
            else linked_from
        end as applies_from,
        coalesce(
            lead(linked_from) over (
                partition by identity_type, identity_value order by linked_from
            ),
            cast('9999-12-31' as date)
        ) as applies_until
    from identities

)

select * from final
