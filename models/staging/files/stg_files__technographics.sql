with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('files', 'technographics') }}

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
        version_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
