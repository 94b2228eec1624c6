{%- set full_name = "'^([a-z]+)[._-]([a-z]+)$'" %}

with records as (

    select * from {{ ref('int_person_records') }}

),

visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}
    where linked_from <= {{ as_of_date() }}

),

stated_names as (

    select distinct
        email,
        first_name_key,
        last_name_key
    from records
    where email is not null
        and first_name_key is not null
        and last_name_key is not null

),

emails as (

    select email from records
    union
    select email from visitor_emails

),

-- an address of two words is taken to name its owner: ann.smith@acme.com
spelled_names as (

    select
        email,
        {{ regexp_group("split_part(email, '@', 1)", full_name) }} as first_name_key,
        {{ regexp_group("split_part(email, '@', 1)", full_name, 2) }} as last_name_key
    from emails
    where email not in (select email from stated_names)

),

final as (

    select
        email,
        first_name_key,
        last_name_key,
        true as is_stated
    from stated_names
    union all
    select
        email,
        first_name_key,
        last_name_key,
        false
    from spelled_names
    where first_name_key is not null and last_name_key is not null

)

select * from final
