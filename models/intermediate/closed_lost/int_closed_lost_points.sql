{%- set sections = {
    'objections': 'objection',
    'pain_points': 'pain_point',
    'good_fit': 'good_fit',
    'poor_fit': 'poor_fit',
    'competitors': 'competitor',
    'segment': 'segment',
    'messaging': 'messaging',
} -%}
with parts as (

    select * from {{ ref('closed_lost_parts') }}

),

segments as (

    select * from {{ ref('call_segments') }}

),

calls as (

    select * from {{ ref('fct_calls') }}

),

{% for section, kind in sections.items() -%}
{{ section }}_points as (

    {{ json_array_rows('parts', section) }}

),

{% endfor -%}
points as (
    {%- for section, kind in sections.items() %}

    select
        part_id || ':{{ kind }}:' || cast(position as varchar) as point_id,
        opportunity_id,
        '{{ kind }}' as kind,
        element as point,
        {{ json_field('element', 'quote') }} as quote
    from {{ section }}_points
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

read_points as (

    select
        point_id,
        opportunity_id,
        kind,
        {{ json_text('point', 'category') }} as category,
        {{ json_text('point', 'competitor') }} as competitor,
        {{ json_text('point', 'view') }} as competitor_view,
        {{ json_integer('point', 'severity') }} as severity,
        {{ json_boolean('point', 'deprioritise') }} as deprioritise,
        {{ json_text(json_field('point', 'statement'), 'text') }} as statement,
        {{ json_text('quote', 'text') }} as quote,
        {{ regexp_removed(json_text('quote', 'evidence'), "'^segment:'") }} as segment_id,
        {{ json_integer('quote', 'start') }} as quote_start,
        {{ json_integer('quote', 'end') }} as quote_end
    from points

),

final as (

    select
        read_points.point_id,
        read_points.opportunity_id,
        segments.segment_id,
        segments.call_id,
        segments.segment_number,

        read_points.kind,
        read_points.category,
        read_points.competitor,
        read_points.competitor_view,
        read_points.statement,
        read_points.quote,

        read_points.severity,
        read_points.quote_start,
        read_points.quote_end,

        read_points.deprioritise,

        calls.started_at as said_at
    from read_points
    inner join segments on read_points.segment_id = segments.segment_id
    inner join calls on segments.call_id = calls.call_id

)

select * from final
