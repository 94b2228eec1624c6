with source as (

    {{ known_records(source('sixsense', 'segments')) }}

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
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
