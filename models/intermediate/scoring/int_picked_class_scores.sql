with class_scores as (

    select * from {{ ref('int_event_class_scores') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

final as (

    select class_scores.*
    from class_scores
    inner join config
        on class_scores.score_config_id = config.score_config_id
        and class_scores.score_version = config.score_version

)

select * from final
