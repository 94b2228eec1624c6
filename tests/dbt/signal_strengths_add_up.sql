-- A signal's strength is the sum of the parts its evidence keeps, clamped to 0–100.
with signals as (

    select
        signal_id,
        strength,
        {{ json_field('evidence', 'strength_parts') }} as parts
    from {{ ref('fct_signals') }}

),

parts as (

    {{ json_array_rows('signals', 'parts') }}

),

sums as (

    select
        signal_id,
        max(strength) as strength,
        sum({{ json_number('element', 'points') }}) as points
    from parts
    group by 1

)

select
    signals.signal_id,
    signals.strength,
    sums.points
from signals
left join sums on signals.signal_id = sums.signal_id
where sums.points is null
    or signals.strength <> least(100, greatest(0, sums.points))
