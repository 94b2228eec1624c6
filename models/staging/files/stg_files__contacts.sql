with source as (

    {{ known_records(source('files', 'contacts')) }}

),

final as (

    select
        {{ crm_id18('record_id') }} as contact_id,
        {{ json_text('payload', 'email') }} as email,
        {{ json_text('payload', 'first_name') }} as first_name,
        {{ json_text('payload', 'last_name') }} as last_name,
        {{ json_text('payload', 'title') }} as title,
        {{ crm_id18(json_text('payload', 'account_id')) }} as account_id,
        {{ json_text('payload', 'phone') }} as phone,
        {{ json_text('payload', 'linkedin_url') }} as linkedin_url,
        {{ crm_id18(json_text('payload', 'owner_id')) }} as owner_id,
        {{ json_text('payload', 'distinct_id') }} as distinct_id,
        {{ json_boolean('payload', 'is_opted_out') }} as is_opted_out,
        {{ json_boolean('payload', 'is_do_not_contact') }} as is_do_not_contact,
        false as is_deleted,
        {{ json_timestamp('payload', 'created_at') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source
    -- one export may write an id with 15 characters, the next with 18
    qualify row_number() over (
        partition by {{ crm_id18('record_id') }}, version_at order by loaded_at desc, record_id desc
    ) = 1

)

select * from final
