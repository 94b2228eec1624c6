-- A config whose thresholds are out of order would have stages or surge levels that nothing reaches.
select *
from {{ ref('stg_registry__score_configs') }}
where not (
    0 <= cold_max
    and cold_max < warm_max
    and warm_max <= 100
    and surge_surging_min <= surge_exploding_min
    and lambda_decay >= 0
    and normalize_k > 0
    and false_discovery_rate > 0
    and false_discovery_rate < 1
)
