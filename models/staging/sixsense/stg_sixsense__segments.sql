with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from {{ source('sixsense', 'segments') }}

),

final as (

    select
        record_id as segment_account_id,
        {{ json_text('payload', 'segment_id') }} as segment_id,
        lower({{ json_text('payload', 'domain') }}) as account_domain,
        {{ json_text('payload', 'segment_name') }} as segment_name,
        {{ json_text('payload', 'name') }} as account_name,
        {{ json_text('payload', 'country') }} as country,
        not coalesce({{ json_boolean('payload', 'is_gone') }}, false) as is_member,
        version_at,
        version_known_at as known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
