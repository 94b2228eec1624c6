with source as (

    {{ known_records(source('clay', 'enrichments'), {'result': json_field('payload', 'result')}) }}

),

final as (

    select
        record_id as enrichment_id,
        {{ json_text('payload', 'routine_id') }} as clay_routine_id,
        {{ json_text('payload', 'routine_run_id') }} as clay_routine_run_id,
        lower({{ json_text('payload', 'domain') }}) as account_domain,
        result,
        version_at,
        known_at,
        loaded_at,
        row_number() over (partition by record_id order by version_at desc) = 1 as is_current
    from source

)

select * from final
