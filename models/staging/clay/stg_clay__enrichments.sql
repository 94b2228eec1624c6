with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at,
        {{ json_field('payload', 'result') }} as result
    from {{ source('clay', 'enrichments') }}

),

final as (

    select
        record_id as enrichment_id,
        {{ json_text('payload', 'routine_id') }} as clay_routine_id,
        {{ json_text('payload', 'routine_run_id') }} as clay_routine_run_id,
        lower({{ json_text('payload', 'domain') }}) as account_domain,
        result,
        version_at,
        version_known_at as known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
