{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

with score_configs as (

    select * from {{ ref('int_score_configs') }}

),

final as (

    select
        score_version,
        score_config_id,
        lambda_decay,
        normalize_k
    from score_configs
    {%- if is_incremental() %}
    where score_version not in (select score_version from {{ this }})
    {%- endif %}

)

select * from final
