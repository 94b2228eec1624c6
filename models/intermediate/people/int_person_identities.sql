{{ config(materialized='table') }}

with records as (

    select * from {{ ref('int_person_records') }}

),

visitor_days as (

    select * from {{ ref('int_visitor_days') }}
    where known_on <= {{ as_of_date() }}

),

-- the e-mail a visitor gave last
visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}
    where {{ is_link_in_force() }}

),

records_named as (

    select
        records.identity_type,
        records.identity_value,
        records.distinct_id,
        coalesce(records.email, visitor_emails.email) as email,
        records.source_rank,
        records.stated_at
    from records
    left join visitor_emails on records.distinct_id = visitor_emails.distinct_id

),

-- a person is named by e-mail, else by the record's id, else by the visitor's
statements as (

    select
        identity_type,
        identity_value,
        email,
        case
            when email is not null then {{ person_id('email', 'email') }}
            else md5(identity_type || ':' || identity_value)
        end as person_id,
        source_rank,
        stated_at
    from records_named
    union all
    select
        'posthog_distinct_id',
        distinct_id,
        email,
        case
            when email is not null then {{ person_id('email', 'email') }}
            else md5(identity_type || ':' || identity_value)
        end,
        source_rank,
        stated_at
    from records_named
    union all
    select
        'posthog_distinct_id',
        distinct_id,
        email,
        {{ person_id('email', 'email') }},
        0,
        cast(linked_from as {{ dbt.type_timestamp() }})
    from visitor_emails
    union all
    select distinct
        'posthog_distinct_id',
        distinct_id,
        cast(null as varchar),
        {{ person_id('posthog_distinct_id', 'distinct_id') }},
        9,
        cast(null as {{ dbt.type_timestamp() }})
    from visitor_days
    union all
    select
        'email',
        email,
        email,
        {{ person_id('email', 'email') }},
        0,
        cast(null as {{ dbt.type_timestamp() }})
    from (
        select email from records_named
        union
        select email from visitor_emails
        union
        select email from visitor_days
    ) as emails

),

final as (

    select
        identity_type,
        identity_value,
        person_id,
        email
    from statements
    where identity_value is not null
        and person_id is not null
    qualify row_number() over (
        partition by identity_type, identity_value
        order by source_rank, stated_at desc nulls last, person_id
    ) = 1

)

select * from final
