with account_keys as (

    select * from {{ ref('int_accounts_unioned') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

parents as (

    select * from {{ ref('int_account_parents') }}

),

aliases as (

    select
        account_key,
        {{ json_array_agg('alias_domain', 'alias_domain') }} as alias_domains
    from {{ ref('stg_registry__account_aliases') }}
    group by 1

),

sightings as (

    select * from {{ ref('int_account_sightings') }}

),

intent as (

    select * from {{ ref('fct_daily_account_intent') }}
    where snapshot_date = {{ sql_date(latest_snapshot_day()) }}

),

sixsense_accounts as (

    select * from {{ ref('int_sixsense_accounts_latest') }}

),

opportunities as (

    select * from {{ ref('int_account_opportunities_counted') }}

),

lead_requests as (

    select
        account_key,
        cast(count(*) as integer) as lead_request_count,
        max(occurred_at) as latest_lead_request_at
    from {{ ref('int_lead_requests_keyed') }}
    group by 1

),

product_users as (

    select
        account_key,
        cast(count(*) as integer) as product_user_count
    from {{ ref('int_product_users_keyed') }}
    group by 1

),

final as (

    select
        account_keys.account_key,
        parents.parent_account_key,
        coalesce(parents.ultimate_parent_account_key, account_keys.account_key) as ultimate_parent_account_key,
        crm_accounts.account_id as crm_account_id,
        crm_accounts.owner_id as crm_owner_id,
        {{ as_json("coalesce(" ~ json_to_text('crm_accounts.crm_account_ids') ~ ", '[]')") }} as crm_account_ids,
        {{ as_json("coalesce(" ~ json_to_text('aliases.alias_domains') ~ ", '[]')") }} as alias_domains,

        coalesce(crm_accounts.account_name, account_keys.account_key) as account_name,
        account_keys.account_key as domain,
        crm_accounts.website,
        crm_accounts.industry,
        crm_accounts.naics,
        crm_accounts.country,
        crm_accounts.state,
        crm_accounts.city,
        crm_accounts.account_type,

        crm_accounts.employee_count,
        crm_accounts.annual_revenue_amount,
        cast(coalesce(crm_accounts.crm_account_count, 0) as integer) as crm_account_count,
        coalesce(lead_requests.lead_request_count, 0) as lead_request_count,
        coalesce(product_users.product_user_count, 0) as product_user_count,
        cast(coalesce(opportunities.opportunity_count, 0) as integer) as opportunity_count,
        cast(coalesce(opportunities.open_opportunity_count, 0) as integer) as open_opportunity_count,
        cast(coalesce(opportunities.won_opportunity_count, 0) as integer) as won_opportunity_count,
        cast(coalesce(opportunities.lost_opportunity_count, 0) as integer) as lost_opportunity_count,
        coalesce(opportunities.open_opportunity_amount, 0) as open_opportunity_amount,
        coalesce(opportunities.won_opportunity_count, 0) > 0 as is_customer,

        coalesce(intent.raw_score_7d, 0) as raw_score_7d,
        coalesce(intent.raw_score_30d, 0) as raw_score_30d,
        coalesce(intent.intent_score, 0) as intent_score,
        coalesce(intent.intent_stage, 'Cold') as intent_stage,
        coalesce(intent.surge_ratio, 1) as surge_ratio,
        coalesce(intent.surge_level, 'Normal') as surge_level,
        coalesce(intent.is_surge_significant, false) as is_surge_significant,
        coalesce(intent.unique_people_7d, 0) as unique_people_7d,
        coalesce(intent.top_lane, 'other') as top_lane,
        {{ as_json("coalesce(" ~ json_to_text('intent.why_hot') ~ ", '[]')") }} as why_hot,

        sixsense_accounts.product as sixsense_product,
        sixsense_accounts.buying_stage as sixsense_buying_stage,
        sixsense_accounts.intent_score as sixsense_intent_score,
        sixsense_accounts.profile_fit as sixsense_profile_fit,
        sixsense_accounts.profile_score as sixsense_profile_score,
        sixsense_accounts.segments as sixsense_segments,
        sixsense_accounts.topics as sixsense_topics,
        sixsense_accounts.observed_on as sixsense_observed_on,

        crm_accounts.crm_created_at,
        sightings.first_seen_date,
        sightings.last_seen_at,
        lead_requests.latest_lead_request_at,
        {{ day_end('intent.snapshot_date') }} as score_updated_at
    from account_keys
    left join crm_accounts on account_keys.account_key = crm_accounts.account_key
    left join parents on account_keys.account_key = parents.account_key
    left join aliases on account_keys.account_key = aliases.account_key
    left join sightings on account_keys.account_key = sightings.account_key
    left join intent on account_keys.account_key = intent.account_key
    left join sixsense_accounts on account_keys.account_key = sixsense_accounts.account_key
    left join opportunities on account_keys.account_key = opportunities.account_key
    left join lead_requests on account_keys.account_key = lead_requests.account_key
    left join product_users on account_keys.account_key = product_users.account_key

)

select * from final
