{%- set lists = {
    'objections': 'objection',
    'pain_points': 'pain_point',
    'good_fit': 'good_fit',
    'poor_fit': 'poor_fit',
    'competitors': 'competitor',
    'messaging': 'messaging',
} -%}
with deals as (

    select * from {{ ref('int_closed_deals') }}

),

inputs as (

    select
        {{ dbt.split_part('subject_key', "':'", 1) }} as opportunity_id,
        count(*) as part_count
    from {{ ref('closed_lost_deal_inputs') }}
    group by 1

),

parts as (

    select
        opportunity_id,
        min(engine) as engine,
        min(model) as model,
        min(prompt_version) as prompt_version,
        count(*) as answered_part_count,
        sum(claims_made) as claims_made,
        sum(claims_removed) as claims_removed,
        max(case when is_fallback then 1 else 0 end) = 1 as is_fallback,
        max(answered_at) as answered_at
    from {{ ref('closed_lost_parts') }}
    group by 1

),

primary_categories as (

    select * from {{ ref('int_closed_lost_categories') }}
    where is_primary

),

categories as (

    select * from {{ ref('stg_registry__objection_categories') }}

),

points as (

    select * from {{ ref('int_closed_lost_points') }}

),

primary_objections as (

    select
        points.opportunity_id,
        points.statement,
        points.quote,
        points.segment_id,
        points.quote_start,
        points.quote_end
    from points
    inner join primary_categories
        on points.opportunity_id = primary_categories.opportunity_id
        and points.category = primary_categories.category
    where points.kind = 'objection'
    qualify row_number() over (
        partition by points.opportunity_id order by points.severity desc, points.said_at desc, points.point_id
    ) = 1

),

told as (

    select
        opportunity_id,
        kind,
        {{ json_array_agg(
            json_build({
                'category': 'category', 'severity': 'severity', 'competitor': 'competitor', 'view': 'competitor_view',
                'statement': 'statement', 'quote': 'quote', 'segment_id': 'segment_id',
                'start': 'quote_start', 'end': 'quote_end',
            }),
            'said_at, call_id, segment_number, quote_start, point_id',
        ) }} as points
    from points
    group by 1, 2

),

-- the latest advice; of parts that disagree the one that says less is wanted
segments as (

    select
        opportunity_id,
        deprioritise,
        statement,
        quote
    from points
    where kind = 'segment'
    qualify row_number() over (
        partition by opportunity_id order by case when deprioritise then 1 else 0 end, said_at desc, point_id
    ) = 1

),

final as (

    select
        deals.opportunity_id,
        deals.account_key,

        deals.opportunity_name,
        deals.account_name,
        deals.industry,
        deals.company_size,
        deals.crm_loss_reason,
        primary_categories.category as objection_category,
        categories.label as objection_label,
        primary_objections.statement as primary_objection,
        primary_objections.quote as primary_quote,
        primary_objections.segment_id as primary_quote_segment_id,
        primary_objections.quote_start as primary_quote_start,
        primary_objections.quote_end as primary_quote_end,
        {%- for list, kind in lists.items() %}
        {{ kind }}_told.points as {{ list }},
        {%- endfor %}
        segments.deprioritise as is_segment_to_deprioritise,
        segments.statement as segment_advice,
        segments.quote as segment_quote,
        parts.engine,
        parts.model,
        parts.prompt_version,

        deals.opportunity_amount,
        deals.transcribed_call_count as call_count,
        inputs.part_count,
        parts.answered_part_count,
        parts.claims_made,
        parts.claims_removed,

        parts.is_fallback,

        deals.close_date,
        parts.answered_at
    from deals
    inner join inputs on deals.opportunity_id = inputs.opportunity_id
    inner join parts on deals.opportunity_id = parts.opportunity_id
    left join primary_categories on deals.opportunity_id = primary_categories.opportunity_id
    left join categories on primary_categories.category = categories.category
    left join primary_objections on deals.opportunity_id = primary_objections.opportunity_id
    left join segments on deals.opportunity_id = segments.opportunity_id
    {%- for kind in lists.values() %}
    left join told as {{ kind }}_told
        on deals.opportunity_id = {{ kind }}_told.opportunity_id and {{ kind }}_told.kind = '{{ kind }}'
    {%- endfor %}

)

select * from final
