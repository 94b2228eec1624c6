with records as (

    select * from {{ ref('int_person_records_stated') }}

),

record_addresses as (

    select * from {{ ref('int_record_addresses') }}

),

visitor_owners as (

    select * from {{ ref('int_visitor_owners') }}

),

visitor_separations as (

    select * from {{ ref('int_identity_separations') }}
    where identity_type = 'posthog_distinct_id'

),

visitor_days as (

    select
        distinct_id,
        email
    from {{ ref('int_visitor_days') }}
    where known_on <= {{ as_of_date() }}

),

visitors_seen as (

    select distinct distinct_id from visitor_days

),

addresses as (

    select email from records
    union
    select owner_email from records
    union
    select email from record_addresses
    union
    select email from visitor_owners
    union
    select email from visitor_days

),

statements as (

    select
        identity_type,
        identity_value,
        owner_email as email,
        person_id,
        source_rank,
        stated_at
    from records
    union all
    select
        'posthog_distinct_id',
        records.distinct_id,
        records.owner_email,
        records.person_id,
        records.source_rank,
        records.stated_at
    from records
    left join visitor_separations
        on records.distinct_id = visitor_separations.identity_value
        and records.owner_email = visitor_separations.email
    where visitor_separations.email is null
    union all
    select
        'posthog_distinct_id',
        distinct_id,
        email,
        {{ person_id('email', 'email') }},
        0,
        cast(linked_from as {{ dbt.type_timestamp() }})
    from visitor_owners
    union all
    select
        'posthog_distinct_id',
        distinct_id,
        cast(null as varchar),
        {{ person_id('posthog_distinct_id', 'distinct_id') }},
        9,
        cast(null as {{ dbt.type_timestamp() }})
    from visitors_seen
    {%- for type, value in [('email', 'email'), ('hashed_email', sha256_hex('email'))] %}
    union all
    select
        '{{ type }}',
        {{ value }},
        email,
        {{ person_id('email', 'email') }},
        0,
        cast(null as {{ dbt.type_timestamp() }})
    from addresses
    {%- endfor %}

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
