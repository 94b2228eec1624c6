-- A negative weight would make the score fall with interest; two weights for one kind of event would
-- leave it to chance which of them counts.
with weights as (
    select * from {{ ref('stg_registry__score_weights') }}
),

negative as (
    select score_weight_id from weights where weight < 0
),

repeated as (
    select min(score_weight_id) as score_weight_id
    from weights
    group by
        score_config_id,
        event_name,
        coalesce(content_type, ''),
        coalesce(cta_id, '')
    having count(*) > 1
),

final as (
    select * from negative
    union all
    select * from repeated
)

select * from final
