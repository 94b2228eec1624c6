{#- A table: every model of a build reads the same configs, whatever is edited meanwhile. -#}
{{ config(materialized='table') }}

with configs as (

    select * from {{ ref('stg_registry__score_configs') }}
    where status in ('active', 'draft')

),

weights as (

    select * from {{ ref('stg_registry__score_weights') }}

),

rules as (

    select * from {{ ref('stg_registry__event_rules') }}
    where enabled

),

key_events as (

    select * from {{ ref('stg_registry__key_events') }}

),

weight_texts as (

    select
        score_config_id,
        {{ dbt.listagg(
            concat_text(['event_name', 'content_type', 'cta_id', 'cast(weight as decimal(18, 6))']), "';'",
            'order by event_name, content_type, cta_id'
        ) }} as weights_text
    from weights
    group by 1

),

rule_texts as (

    select
        {{ dbt.listagg(
            concat_text([
                'rule_id', 'priority', 'event_name', 'match_type', 'match_value', 'content_type',
                'lane', 'cast(weight_override as decimal(18, 6))', 'score_config_id',
            ]), "';'", 'order by rule_id'
        ) }} as rules_text
    from rules

),

key_event_texts as (

    select
        {{ dbt.listagg(
            concat_text(['key', 'label', 'event_name', 'content_type', 'cta_id', 'sort_order']), "';'",
            'order by key'
        ) }} as key_events_text
    from key_events

),

final as (

    select
        configs.score_config_id,
        md5(
            {{ concat_text([
                'cast(configs.lambda_decay as decimal(18, 6))', 'cast(configs.normalize_k as decimal(18, 6))', 'cast(configs.cold_max as decimal(18, 6))',
                'cast(configs.warm_max as decimal(18, 6))', 'cast(configs.surge_surging_min as decimal(18, 6))', 'cast(configs.surge_exploding_min as decimal(18, 6))',
                'cast(configs.false_discovery_rate as decimal(18, 6))', 'weight_texts.weights_text', 'rule_texts.rules_text', 'key_event_texts.key_events_text',
            ]) }}
        ) as score_version,
        configs.lambda_decay,
        configs.normalize_k,
        configs.cold_max,
        configs.warm_max,
        configs.surge_surging_min,
        configs.surge_exploding_min,
        configs.false_discovery_rate,
        configs.status = 'active' as is_active
    from configs
    left join weight_texts on configs.score_config_id = weight_texts.score_config_id
    cross join rule_texts
    cross join key_event_texts

)

select * from final
