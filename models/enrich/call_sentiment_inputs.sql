with calls as (

    select * from {{ ref('fct_calls') }}
    where is_transcribed

),

segments as (

    select * from {{ ref('call_segments') }}

),

said as (

    select * from {{ ref('call_evidence') }}

),

phrases as (

    select * from {{ ref('stg_registry__sentiment_phrases') }}
    where enabled

),

-- as whole words: everything but letters, figures and apostrophes is one space
spoken as (

    select
        segment_id,
        call_id,
        segment_number,
        ' ' || {{ regexp_removed('lower(text)', "'[^a-z0-9'']+'", "' '") }} || ' ' as words
    from segments
    where not is_internal

),

found as (

    select
        spoken.call_id,
        {{ json_array_agg(
            json_build({
                'id': "'segment:' || spoken.segment_id",
                'phrase': 'phrases.phrase',
                'weight': 'phrases.weight',
            }),
            'spoken.segment_number, phrases.phrase',
        ) }} as phrases
    from spoken
    inner join phrases on {{ text_contains('spoken.words', "(' ' || phrases.phrase || ' ')") }}
    group by 1

),

subjects as (

    select
        calls.call_id as subject_key,
        cast(null as varchar) as lane,
        cast(null as varchar) as persona,
        cast(null as varchar) as intent_stage,
        -- the language where it is told and not English, which is all that the offline lexicon knows
        case
            when lower(calls.call_language) not like 'en%' and lower(calls.call_language) not in ('', 'und', 'unknown')
                then {{ json_build({
                    'title': 'calls.title',
                    'phrases': 'found.phrases',
                    'language': 'calls.call_language',
                }) }}
            else {{ json_build({'title': 'calls.title', 'phrases': 'found.phrases'}) }}
        end as input,
        said.evidence,
        calls.started_at as sort_at
    from calls
    inner join said on calls.call_id = said.call_id
    left join found on calls.call_id = found.call_id

),

final as (

    {{ task_inputs('call_sentiment') }}

)

select * from final
