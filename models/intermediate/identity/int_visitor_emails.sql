{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='distinct_id',
        pre_hook='{{ forget_later_links() }}',
    )
}}

with web_identifications as (

    select * from {{ ref('int_web_identifications') }}

),

lead_requests as (

    select * from {{ ref('int_lead_requests_collected') }}

),

contacts as (

    select * from {{ ref('int_contacts_collected') }}

),

product_users as (

    select * from {{ ref('int_product_users_collected') }}

),

statements as (

    select
        distinct_id,
        email,
        known_on,
        last_occurred_at as stated_at
    from web_identifications
    union all
    select
        distinct_id,
        {{ clean_email('email') }},
        cast(known_at as date),
        occurred_at
    from lead_requests
    union all
    select
        distinct_id,
        {{ clean_email('email') }},
        cast(known_at as date),
        version_at
    from contacts
    union all
    select
        distinct_id,
        {{ clean_email('email') }},
        cast(known_at as date),
        version_at
    from product_users

),

news as (

    select distinct distinct_id as new_distinct_id
    from statements
    where {{ is_news('known_on') }}

),

statements_with_news as (

    select statements.*
    from statements
    inner join news on statements.distinct_id = news.new_distinct_id

),

{{ link_periods(
    'statements_with_news',
    identity='distinct_id',
    linked_to='email',
) }}

select
    distinct_id,
    email,
    linked_from,
    linked_until,
    applies_from,
    linked_until as applies_until,
    {{ sql_date(last_day_of_run()) }} as searched_until
from link_periods
