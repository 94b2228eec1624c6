{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='distinct_id',
        pre_hook='{{ forget_later_links() }}',
    )
}}

with visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}

),

email_domains as (

    select * from {{ ref('int_email_domains') }}

),

news as (

    select distinct_id as new_distinct_id
    from visitor_emails
    where {{ is_news('linked_from') }}
    union
    select visitor_emails.distinct_id
    from visitor_emails
    inner join email_domains on visitor_emails.email = email_domains.email
    where {{ is_news('email_domains.linked_from') }}

),

-- a visitor belongs to the company of the e-mail she gave, from when both are known until she gives one of
-- another company: a personal address that she gives later does not take her away
links as (

    select
        visitor_emails.distinct_id,
        email_domains.company_domain,
        greatest(visitor_emails.linked_from, email_domains.linked_from) as linked_from
    from visitor_emails
    inner join news on visitor_emails.distinct_id = news.new_distinct_id
    inner join email_domains
        on visitor_emails.email = email_domains.email
        and visitor_emails.linked_from < email_domains.linked_until
        and email_domains.linked_from < visitor_emails.linked_until

),

final as (

    select
        distinct_id,
        company_domain,
        linked_from,
        case
            when lag(linked_from) over (partition by distinct_id order by linked_from) is null
                then {{ sql_date('0001-01-01') }}
            else linked_from
        end as applies_from,
        coalesce(
            lead(linked_from) over (partition by distinct_id order by linked_from),
            {{ sql_date('9999-12-31') }}
        ) as applies_until,
        {{ sql_date(last_day_of_run()) }} as searched_until
    from links

)

select * from final
