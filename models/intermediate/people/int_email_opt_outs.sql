with records as (

    select * from {{ ref('int_person_records') }}
    where is_opted_out or is_do_not_contact

),

record_addresses as (

    select * from {{ ref('int_record_addresses') }}

),

-- a lead that became a contact is silent: the contact says what holds now
leads as (

    select
        {{ clean_email('email') }} as email,
        first_value(is_opted_out) over (partition by lead_id order by version_at desc) as is_opted_out,
        first_value(is_converted) over (partition by lead_id order by version_at desc) as is_converted
    from {{ ref('stg_salesforce__leads') }}

),

-- what a record had before counts too
addresses as (

    select
        email,
        is_opted_out,
        is_do_not_contact
    from records
    union all
    select
        record_addresses.email,
        records.is_opted_out,
        records.is_do_not_contact
    from records
    inner join record_addresses
        on records.identity_type = record_addresses.identity_type
        and records.identity_value = record_addresses.identity_value
    union all
    select
        email,
        is_opted_out,
        false
    from leads
    where is_opted_out and not is_converted

),

final as (

    select
        email,
        max(case when is_opted_out then 1 else 0 end) = 1 as is_opted_out,
        max(case when is_do_not_contact then 1 else 0 end) = 1 as is_do_not_contact
    from addresses
    where email is not null
    group by 1

)

select * from final
