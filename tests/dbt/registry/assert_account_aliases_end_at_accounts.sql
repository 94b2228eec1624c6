-- An alias is replaced once: one that leads to another alias would leave one company under two keys.
with aliases as (
    select * from {{ ref('stg_registry__account_aliases') }}
)

select aliases.alias_domain
from aliases
inner join aliases as targets on aliases.account_key = targets.alias_domain
