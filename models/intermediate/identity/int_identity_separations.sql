{%- set names_differ = 'count(distinct last_name_key) > 1 and count(distinct left(first_name_key, 1)) > 1' %}

with records as (

    select * from {{ ref('int_person_records') }}

),

visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}
    where linked_from <= {{ as_of_date() }}

),

address_names as (

    select * from {{ ref('int_address_names') }}

),

overrides as (

    select * from {{ ref('int_identity_overrides') }}
    where action = 'separate'

),

-- one address, records of people of different names
shared_addresses as (

    select email
    from address_names
    where is_stated
    group by 1
    having {{ names_differ }}

),

-- one browser, addresses of people of different names
shared_visitors as (

    select visitor_emails.distinct_id
    from visitor_emails
    inner join address_names on visitor_emails.email = address_names.email
    group by 1
    having {{ names_differ }}

),

separations as (

    select
        identity_type,
        identity_value,
        other_identity_value as email,
        'decided' as reason
    from overrides
    where identity_type <> 'email' and other_identity_type = 'email'
    union all
    select
        records.identity_type,
        records.identity_value,
        records.email,
        'shared_address'
    from records
    inner join shared_addresses on records.email = shared_addresses.email
    where records.identity_value is not null
    union all
    select
        'posthog_distinct_id',
        visitor_emails.distinct_id,
        visitor_emails.email,
        'shared_visitor'
    from visitor_emails
    inner join shared_visitors on visitor_emails.distinct_id = shared_visitors.distinct_id

),

final as (

    select
        identity_type,
        identity_value,
        email,
        min(reason) as reason
    from separations
    group by 1, 2, 3

)

select * from final
