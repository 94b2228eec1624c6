{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

with event_classes as (

    select * from {{ ref('int_event_classes') }}

),

score_configs as (

    select * from {{ ref('int_score_configs') }}

),

rules as (

    select * from {{ ref('stg_registry__event_rules') }}
    where enabled

),

weights as (

    select * from {{ ref('stg_registry__score_weights') }}

),

key_events as (

    select * from {{ ref('stg_registry__key_events') }}

),

classes_to_score as (

    select
        event_classes.*,
        score_configs.score_config_id,
        score_configs.score_version
    from event_classes
    cross join score_configs
    {%- if is_incremental() %}
    left join {{ this }} as scored
        on event_classes.event_class_id = scored.event_class_id
        and score_configs.score_config_id = scored.score_config_id
        and score_configs.score_version = scored.score_version
    where scored.event_class_id is null
    {%- endif %}

),

-- first match by priority, and only where the event does not say both lane and content type itself
matched_rules as (

    select
        classes_to_score.event_class_id,
        classes_to_score.score_config_id,
        rules.rule_id,
        rules.content_type,
        rules.lane,
        rules.weight_override
    from classes_to_score
    inner join rules
        on coalesce(rules.event_name, '*') in ('*', classes_to_score.event_name)
        and coalesce(rules.score_config_id, classes_to_score.score_config_id)
        = classes_to_score.score_config_id
        and case rules.match_type
            when 'equals' then classes_to_score.page_path = lower(rules.match_value)
            when 'path_prefix' then {{ text_starts_with('classes_to_score.page_path', 'lower(rules.match_value)') }}
            when 'contains' then {{ text_contains('classes_to_score.page_path', 'lower(rules.match_value)') }}
            when 'path_regex' then {{ regexp_found('classes_to_score.page_path', 'rules.match_value') }}
        end
    where classes_to_score.content_type is null or classes_to_score.lane is null
    qualify row_number() over (
        partition by classes_to_score.event_class_id, classes_to_score.score_config_id
        order by rules.priority, rules.rule_id
    ) = 1

),

classified as (

    select
        classes_to_score.event_class_id,
        classes_to_score.score_config_id,
        classes_to_score.score_version,
        classes_to_score.event_name,
        classes_to_score.page_path,
        classes_to_score.cta_id,
        coalesce(classes_to_score.content_type, matched_rules.content_type, 'other') as content_type,
        coalesce(classes_to_score.lane, matched_rules.lane, 'other') as lane,
        matched_rules.rule_id,
        matched_rules.weight_override
    from classes_to_score
    left join matched_rules
        on classes_to_score.event_class_id = matched_rules.event_class_id
        and classes_to_score.score_config_id = matched_rules.score_config_id

),

-- the most specific weight wins; a content type that no other weight is for counts as `other`
weighted as (

    select
        classified.event_class_id,
        classified.score_config_id,
        weights.weight
    from classified
    inner join weights
        on classified.score_config_id = weights.score_config_id
        and classified.event_name = weights.event_name
        and coalesce(weights.content_type in (classified.content_type, 'other'), true)
        and coalesce(weights.cta_id = classified.cta_id, weights.cta_id is null)
    qualify row_number() over (
        partition by classified.event_class_id, classified.score_config_id
        order by
            case when weights.content_type <> classified.content_type then 1 else 0 end,
            case when weights.content_type is not null then 1 else 0 end
            + case when weights.cta_id is not null then 1 else 0 end desc,
            case when weights.cta_id is not null then 0 else 1 end
    ) = 1

),

final as (

    select
        classified.event_class_id,
        classified.score_config_id,
        classified.score_version,
        classified.event_name,
        classified.page_path,
        classified.content_type,
        classified.cta_id,
        classified.lane,
        classified.rule_id,
        key_events.key as key_event,
        coalesce(classified.weight_override, weighted.weight, 0) as weight
    from classified
    left join weighted
        on classified.event_class_id = weighted.event_class_id
        and classified.score_config_id = weighted.score_config_id
    left join key_events
        on classified.event_name = key_events.event_name
        and coalesce(classified.content_type = key_events.content_type, key_events.content_type is null)
        and coalesce(classified.cta_id = key_events.cta_id, key_events.cta_id is null)
    qualify row_number() over (
        partition by classified.event_class_id, classified.score_config_id
        order by key_events.sort_order, key_events.key
    ) = 1

)

select * from final
