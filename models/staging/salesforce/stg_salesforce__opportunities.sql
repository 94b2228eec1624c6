with opportunities as (

    select * from {{ ref('base_salesforce__opportunities') }}

),

final as (

    select * from opportunities
    where {{ is_known_by_as_of('known_at') }}

)

select * from final
