with source as (

    {{ known_records(source('files', 'technographics')) }}

),

final as (

    select
        record_id as technographic_id,
        {{ json_text('payload', 'account_domain') }} as account_domain,
        {{ json_text('payload', 'source') }} as vendor_name,
        {{ json_text('payload', 'technology') }} as technology,
        {{ json_text('payload', 'category') }} as category,
        {{ json_date('payload', 'first_seen_on') }} as first_seen_on,
        {{ json_date('payload', 'last_seen_on') }} as last_seen_on,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
