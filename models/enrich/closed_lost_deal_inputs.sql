with deals as (

    select * from {{ ref('int_closed_deals') }}
    where not is_won
        and transcribed_call_count > 0

),

settings as (

    select * from {{ ref('int_closed_lost_settings') }}

),

call_opportunities as (

    select * from {{ ref('call_opportunities') }}

),

calls as (

    select * from {{ ref('fct_calls') }}

),

segments as (

    select * from {{ ref('call_segments') }}

),

categories as (

    select
        {{ json_array_agg(
            json_build({
                'category': 'category', 'kind': 'kind', 'label': 'label', 'pattern': 'pattern', 'weight': 'weight',
                'messaging': 'messaging',
            }),
            'category',
        ) }} as categories
    from {{ ref('stg_registry__objection_categories') }}
    where enabled

),

competitors as (

    select
        {{ json_array_agg(
            json_build({'competitor': 'competitor', 'label': 'label', 'pattern': 'pattern'}), 'competitor'
        ) }} as competitors
    from {{ ref('stg_registry__competitors') }}
    where enabled

),

-- every sentence of every call of a deal, in the order of saying, with the characters up to it
said as (

    select
        call_opportunities.opportunity_id,
        segments.segment_id,
        segments.text,
        case when segments.is_internal then 'us' else 'them' end as said_by,
        calls.started_at,
        segments.call_id,
        segments.segment_number,
        sum(length(segments.text)) over (
            partition by call_opportunities.opportunity_id
            order by calls.started_at, segments.call_id, segments.segment_number
            rows between unbounded preceding and current row
        ) - length(segments.text) as characters_before
    from call_opportunities
    inner join calls on call_opportunities.call_id = calls.call_id
    inner join segments on calls.call_id = segments.call_id

),

parts as (

    select
        said.opportunity_id,
        cast(floor(cast(said.characters_before as double) / settings.part_characters) as integer) + 1 as part_number,
        {{ json_array_agg(
            json_build({'id': "'segment:' || said.segment_id", 'text': 'said.text', 'by': 'said.said_by'}),
            'said.started_at, said.call_id, said.segment_number',
        ) }} as evidence
    from said
    cross join settings
    group by 1, 2

),

subjects as (

    select
        deals.opportunity_id || ':' || cast(parts.part_number as varchar) as subject_key,
        cast(null as varchar) as lane,
        cast(null as varchar) as persona,
        cast(null as varchar) as intent_stage,
        {{ json_build({
            'account': 'deals.account_name',
            'industry': 'deals.industry',
            'company_size': 'deals.company_size',
            'categories': 'categories.categories',
            'competitors': 'competitors.competitors',
        }) }} as input,
        parts.evidence,
        cast(deals.close_date as timestamp) as sort_at
    from deals
    inner join parts on deals.opportunity_id = parts.opportunity_id
    cross join categories
    cross join competitors

),

final as (

    {{ task_inputs('closed_lost_deal') }}

)

select * from final
