-- Scores come from the one active config: none would leave the days unscored, two would double them.
select count(*) as active_configs_count
from {{ ref('stg_registry__score_configs') }}
where status = 'active'
having count(*) <> 1
