{%- set lanes = lanes_in_force() %}

with accounts as (

    select * from {{ ref('dim_accounts') }}

),

latest_snapshot as (

    select
        *,
        {%- for lane in lanes %}
        coalesce({{ json_number('lane_scores_30d', lane) }}, 0) as points_30d_{{ loop.index }},
        {%- endfor %}
        {{ json_array_text('why_hot', ', ') }} as why_hot_text
    from {{ ref('fct_daily_account_intent') }}
    where snapshot_date = {{ sql_date(latest_snapshot_day()) }}

),

people_30d as (

    select
        account_key,
        cast(count(*) as integer) as unique_people_30d
    from {{ ref('int_account_people_seen') }}
    group by 1

),

latest_lead_requests as (

    select * from {{ ref('fct_lead_requests') }}
    where account_key is not null
    qualify row_number() over (partition by account_key order by occurred_at desc, lead_request_id) = 1

),

final as (

    select
        latest_snapshot.account_key,
        latest_snapshot.snapshot_date,
        accounts.parent_account_key,
        accounts.crm_account_id,
        accounts.crm_owner_id,

        accounts.account_name,
        accounts.domain,
        accounts.industry,
        accounts.account_type,
        accounts.is_customer,

        latest_snapshot.intent_score,
        latest_snapshot.intent_stage,
        latest_snapshot.surge_level,
        latest_snapshot.surge_ratio,
        latest_snapshot.is_surge_significant,
        latest_snapshot.raw_score_7d,
        latest_snapshot.raw_score_30d,
        latest_snapshot.top_lane,
        case
            {%- for lane in lanes %}
            when points_30d_{{ loop.index }} > 0
                and points_30d_{{ loop.index }} = greatest({% for other in lanes %}points_30d_{{ loop.index }}, {% endfor %}0)
                then '{{ lane }}'
            {%- endfor %}
            else 'other'
        end as top_lane_30d,
        latest_snapshot.unique_people_7d,
        coalesce(people_30d.unique_people_30d, 0) as unique_people_30d,
        latest_snapshot.why_hot_text,
        latest_snapshot.why_hot,
        latest_snapshot.lane_scores_7d,
        latest_snapshot.lane_scores_30d,
        latest_snapshot.top_categories_7d,
        latest_snapshot.top_pages_7d,
        latest_snapshot.key_events_7d,

        latest_lead_requests.lead_request_id as latest_lead_request_id,
        latest_lead_requests.request_type as latest_lead_request_type,
        latest_lead_requests.lead_score as latest_lead_score,
        latest_lead_requests.occurred_at as latest_lead_request_at,

        accounts.last_seen_at,
        accounts.score_updated_at
    from latest_snapshot
    inner join accounts on latest_snapshot.account_key = accounts.account_key
    left join people_30d on latest_snapshot.account_key = people_30d.account_key
    left join latest_lead_requests on latest_snapshot.account_key = latest_lead_requests.account_key

)

select * from final
