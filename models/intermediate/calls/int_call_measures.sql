{%- set measured = {
    'talk_ratio': 'talk_ratio',
    'longest_monologue_seconds': 'longest_monologue_seconds',
    'our_questions_per_10_minutes': 'our_questions_per_10_minutes',
    'turns_per_minute': 'turns_per_minute',
    'patience_seconds': 'patience_seconds',
    'sentiment_score': 'sentiment_score',
    'next_step_share': 'case when next_step_count > 0 then 1.0 when next_step_count = 0 then 0.0 end',
} -%}

-- in a message on a machine, or where we only listen, nobody led a call
with calls as (

    select * from {{ ref('calls_enriched') }}
    where is_transcribed
        and talk_ratio > 0
        and talk_ratio < 1

),

measures as (

    select * from {{ ref('stg_registry__coaching_measures') }}
    where enabled

),

settings as (

    select * from {{ ref('stg_registry__coaching_settings') }}
    where setting = 'period_days'

),

long_form as (
    {% for measure, expression in measured.items() %}
    select
        call_id,
        rep_id,
        started_at,
        '{{ measure }}' as measure,
        cast({{ expression }} as double) as measure_value
    from calls
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        long_form.call_id,
        long_form.rep_id,
        long_form.measure,
        long_form.measure_value,
        measures.weight,
        measures.poor_value,
        measures.good_value,
        measures.coach_at,
        measures.label,
        measures.advice,
        {{ score_between('long_form.measure_value', 'measures.poor_value', 'measures.good_value') }} as score,
        coalesce(
            case
                when measures.poor_value > measures.good_value then long_form.measure_value >= measures.coach_at
                else long_form.measure_value <= measures.coach_at
            end,
            false
        ) as needs_coaching,
        -- 0: the period that ends with the as-of day
        cast(floor(
            {{ days_between('cast(long_form.started_at as date)', as_of_date()) }} / settings.setting_value
        ) as integer) as periods_ago,
        long_form.started_at
    from long_form
    inner join measures on long_form.measure = measures.measure
    cross join settings
    where long_form.measure_value is not null

)

select * from final
