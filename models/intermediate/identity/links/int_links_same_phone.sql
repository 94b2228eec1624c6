with records as (

    select * from {{ ref('int_person_records_stated') }}

),

-- a number without its punctuation; shorter ones are extensions
phones as (

    select distinct
        person_id,
        {{ regexp_removed('phone', "'[^0-9]'") }} as phone_digits,
        first_name_key,
        last_name_key
    from records
    where length({{ regexp_removed('phone', "'[^0-9]'") }}) >= 7

),

final as (

    select
        phones.person_id,
        others.person_id as other_person_id,
        'same_phone' as rule,
        'phone' as evidence
    from phones
    inner join phones as others
        on phones.phone_digits = others.phone_digits
        and phones.last_name_key = others.last_name_key
        and {{ agree('phones.first_name_key', 'others.first_name_key') }}
        and phones.person_id < others.person_id

)

select * from final
