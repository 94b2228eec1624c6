{%- set lanes = lanes_in_force() %}

with accounts as (

    select * from {{ ref('hot_accounts') }}

),

lane_scores as (

    {%- for lane in lanes %}
    select
        account_key,
        '{{ lane }}' as lane,
        coalesce({{ json_number('lane_scores_7d', lane) }}, 0) as lane_score_7d,
        coalesce({{ json_number('lane_scores_30d', lane) }}, 0) as lane_score_30d
    from accounts
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

final as (

    select
        lane_scores.account_key,
        lane_scores.lane,
        accounts.snapshot_date,

        accounts.account_name,
        lane_scores.lane = accounts.top_lane as is_top_lane,
        lane_scores.lane_score_7d,
        lane_scores.lane_score_30d,
        -- of the lanes' own sum: their scores have six decimals, the account's has all
        lane_scores.lane_score_30d / sum(lane_scores.lane_score_30d) over (partition by lane_scores.account_key)
            as lane_share_rate,
        accounts.intent_score,
        accounts.intent_stage,
        accounts.surge_level,
        accounts.is_surge_significant,
        accounts.unique_people_7d,
        accounts.why_hot_text,
        accounts.last_seen_at
    from lane_scores
    inner join accounts on lane_scores.account_key = accounts.account_key
    where lane_scores.lane_score_30d > 0

)

select * from final
