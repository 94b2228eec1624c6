with signals as (

    select * from {{ ref('fct_signals') }}
    where not is_in_cool_down

),

registry as (

    select * from {{ ref('stg_registry__signals') }}
    where enabled

),

final as (

    select
        signals.signal_id,
        signals.signal_name,
        registry.label as signal_label,
        registry.sequence_key,
        signals.account_key,
        signals.person_id,
        signals.strength,
        signals.evidence,
        signals.occurred_at,
        signals.detected_at,
        {{ add_days('signals.detected_at', 'registry.valid_days') }} as valid_until
    from signals
    inner join registry on signals.signal_name = registry.signal_name
    where signals.detected_at <= {{ as_of_date() }}
        and {{ add_days('signals.detected_at', 'registry.valid_days') }} >= {{ as_of_date() }}

)

select * from final
