with company_event_days as (

    select * from {{ ref('int_company_event_days') }}

),

aliases as (

    select * from {{ ref('stg_registry__account_aliases') }}

),

class_scores as (

    select * from {{ ref('int_event_class_scores') }}

),

config as (

    select * from {{ ref('int_score_configs') }}
    where {{ picked_score_config() }}

),

final as (

    select
        coalesce(aliases.account_key, company_event_days.company_domain) as account_key,
        company_event_days.event_date,
        company_event_days.counted_on,
        company_event_days.event_class_id,
        class_scores.event_name,
        class_scores.page_path,
        class_scores.content_type,
        class_scores.cta_id,
        class_scores.lane,
        class_scores.key_event,
        class_scores.weight,
        company_event_days.event_count,
        company_event_days.event_count * class_scores.weight as points
    from company_event_days
    inner join class_scores on company_event_days.event_class_id = class_scores.event_class_id
    inner join config
        on class_scores.score_config_id = config.score_config_id
        and class_scores.score_version = config.score_version
    left join aliases on company_event_days.company_domain = aliases.alias_domain

)

select * from final
