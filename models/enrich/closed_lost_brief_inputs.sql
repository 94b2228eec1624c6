{{ config(materialized='view') }}

{%- set lost_deals = "cast({0} as varchar) || case when {0} = 1 then ' lost deal' else ' lost deals' end" -%}
{%- set per_cent = "cast(cast(round(100 * {}) as integer) as varchar) || '%'" -%}
with deals as (

    select * from {{ ref('int_closed_deals') }}
    where not is_won

),

answered as (

    select * from {{ ref('closed_lost_deals') }}

),

settings as (

    select * from {{ ref('int_closed_lost_settings') }}

),

objections as (

    select objections.*
    from {{ ref('closed_lost_objections') }} as objections
    cross join settings
    where objections.objection_rank <= settings.top_objections
        and objections.primary_deal_count > 0

),

segments as (

    select * from {{ ref('closed_lost_segments') }}
    where verdict in ('deprioritise', 'double_down')

),

competitors as (

    select * from {{ ref('closed_lost_competitors') }}

),

-- the largest deals of each top objection speak for it
quoted_deals as (

    select
        answered.*,
        objections.objection_rank
    from answered
    cross join settings
    inner join objections on answered.objection_category = objections.category
    where answered.primary_quote is not null
    qualify row_number() over (
        partition by answered.objection_category
        order by answered.opportunity_amount desc nulls last, answered.opportunity_id
    ) <= settings.quotes_per_objection

),

totals as (

    select
        count(*) as lost_deal_count,
        count(case when transcribed_call_count > 0 then 1 end) as heard_deal_count,
        coalesce(sum(opportunity_amount), 0) as lost_amount
    from deals

),

-- every row that a statement may cite; all was counted before
told as (

    select
        '1' as place,
        'month:{{ as_of_day()[:7] }}' as row_id,
        cast(totals.lost_deal_count as varchar) || ' deals were lost in the '
        || cast(settings.window_months as varchar) || ' months up to {{ as_of_day() }}, worth ' || settings.currency
        || {{ grouped_number('totals.lost_amount') }} || ' in all; '
        || cast(totals.heard_deal_count as varchar) || ' of them have calls with a transcript.' as text,
        cast(null as varchar) as said_by
    from totals
    cross join settings
    union all
    select
        '2' || cast(objections.objection_rank as varchar) as place,
        'objection:' || objections.category as row_id,
        objections.label || ' was the primary objection of ' || {{ lost_deals.format('objections.primary_deal_count') }}
        || ', worth ' || settings.currency || {{ grouped_number('objections.lost_amount') }}
        || '; it was raised in ' || {{ lost_deals.format('objections.raised_deal_count') }} || '.' as text,
        cast(null as varchar) as said_by
    from objections
    cross join settings
    union all
    select
        '3' || segments.segment_key as place,
        'market:' || segments.segment_key as row_id,
        replace(segments.segment_type, '_', ' ') || ' ' || segments.segment || ': '
        || cast(segments.lost_deal_count as varchar) || ' of ' || cast(segments.closed_deal_count as varchar)
        || ' closed deals were lost (' || {{ per_cent.format('segments.loss_rate') }} || '), against '
        || {{ per_cent.format('segments.other_loss_rate') }} || ' of all others; the lost ones were worth '
        || settings.currency || {{ grouped_number('segments.lost_amount') }} || '.' as text,
        cast(null as varchar) as said_by
    from segments
    cross join settings
    union all
    select
        '4' || competitors.competitor as place,
        'competitor:' || competitors.competitor as row_id,
        competitors.label || ' was seen in ' || {{ lost_deals.format('competitors.deal_count') }} || ', worth '
        || settings.currency || {{ grouped_number('competitors.lost_amount') }} || '; as better in '
        || cast(competitors.seen_better_deal_count as varchar) || ', as worse in '
        || cast(competitors.seen_worse_deal_count as varchar) || '.' as text,
        cast(null as varchar) as said_by
    from competitors
    cross join settings
    union all
    select
        '5' || cast(quoted_deals.objection_rank as varchar) || quoted_deals.opportunity_id as place,
        'deal:' || quoted_deals.opportunity_id as row_id,
        'Deal ' || coalesce(quoted_deals.opportunity_name, quoted_deals.opportunity_id) || ', lost on '
        || cast(quoted_deals.close_date as varchar)
        || coalesce(', worth ' || settings.currency || {{ grouped_number('quoted_deals.opportunity_amount') }}, '')
        || ': primary objection ' || quoted_deals.objection_label || '.' as text,
        cast(null as varchar) as said_by
    from quoted_deals
    cross join settings
    union all
    select
        '6' || cast(objection_rank as varchar) || opportunity_id as place,
        'segment:' || primary_quote_segment_id as row_id,
        primary_quote as text,
        'them' as said_by
    from quoted_deals
    union all
    select
        '7' || category as place,
        'playbook:' || category as row_id,
        response || coalesce(' ' || messaging, '') as text,
        cast(null as varchar) as said_by
    from objections
    union all
    select
        '8' || competitor as place,
        'playbook:' || competitor as row_id,
        positioning as text,
        cast(null as varchar) as said_by
    from competitors
    where positioning is not null

),

evidence as (

    select
        {{ json_array_agg(json_build({'id': 'row_id', 'text': 'text', 'by': 'said_by'}), 'place, row_id') }} as evidence
    from (
        select * from told
        qualify row_number() over (partition by row_id order by place) = 1
    ) as once

),

objection_deals as (

    select
        objection_category,
        {{ json_array_agg(
            json_build({
                'row': "'deal:' || opportunity_id",
                'quote': "'segment:' || primary_quote_segment_id",
            }),
            'opportunity_amount desc nulls last, opportunity_id',
        ) }} as deals
    from quoted_deals
    group by 1

),

top_objections as (

    select
        {{ json_array_agg(
            json_build({
                'category': 'objections.category', 'label': 'objections.label', 'response': 'objections.response',
                'messaging': 'objections.messaging', 'row': "'objection:' || objections.category",
                'deals': 'objection_deals.deals',
            }),
            'objections.objection_rank',
        ) }} as objections
    from objections
    left join objection_deals on objections.category = objection_deals.objection_category

),

markets as (

    select
        {{ json_array_agg(
            "case when verdict = 'deprioritise' then 'market:' || segment_key end", 'standard_errors desc, segment_key'
        ) }} as deprioritise,
        {{ json_array_agg(
            "case when verdict = 'double_down' then 'market:' || segment_key end", 'standard_errors, segment_key'
        ) }} as double_down
    from segments

),

rivals as (

    select
        {{ json_array_agg(
            json_build({
                'competitor': 'competitor', 'label': 'label', 'positioning': 'positioning',
                'row': "'competitor:' || competitor",
            }),
            'deal_count desc, lost_amount desc, competitor',
        ) }} as competitors
    from competitors

),

subjects as (

    select
        '{{ as_of_day()[:7] }}' as subject_key,
        cast(null as varchar) as lane,
        cast(null as varchar) as persona,
        cast(null as varchar) as intent_stage,
        {{ json_build({
            'month': "'" ~ as_of_day()[:7] ~ "'",
            'months_looked_at': 'settings.window_months',
            'month_row': "'month:" ~ as_of_day()[:7] ~ "'",
            'objections': 'top_objections.objections',
            'deprioritise': 'markets.deprioritise',
            'double_down': 'markets.double_down',
            'competitors': 'rivals.competitors',
        }) }} as input,
        evidence.evidence,
        cast({{ as_of_date() }} as timestamp) as sort_at
    from settings
    cross join totals
    cross join evidence
    cross join top_objections
    cross join markets
    cross join rivals
    where totals.lost_deal_count > 0

),

final as (

    {{ task_inputs('closed_lost_brief') }}

)

select * from final
