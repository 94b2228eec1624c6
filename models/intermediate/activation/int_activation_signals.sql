with signals as (

    select * from {{ ref('fct_signals') }}
    where not is_in_cool_down

),

registry as (

    select * from {{ ref('stg_registry__signals') }}
    where enabled

),

merges as (

    select * from {{ ref('int_person_merges') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

-- a signal names person and account as they were known that day; either may have been merged since
final as (

    select
        signals.signal_id,
        signals.signal_name,
        registry.label as signal_label,
        registry.sequence_key,
        coalesce(aliases.account_key, signals.account_key) as account_key,
        coalesce(merges.merged_person_id, signals.person_id) as person_id,
        signals.strength,
        signals.evidence,
        signals.occurred_at,
        signals.detected_at,
        {{ add_days('signals.detected_at', 'registry.valid_days') }} as valid_until
    from signals
    inner join registry on signals.signal_name = registry.signal_name
    left join merges on signals.person_id = merges.person_id
    left join aliases on signals.account_key = aliases.alias_domain
    where signals.detected_at <= {{ as_of_date() }}
        and {{ add_days('signals.detected_at', 'registry.valid_days') }} >= {{ as_of_date() }}

)

select * from final
