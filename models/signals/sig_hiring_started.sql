{%- set modifiers = ['leadership', 'keywords', 'further_postings'] %}

with signal as (

    {{ signal_terms(
        'hiring_started',
        settings={
            'window_days': 'integer', 'baseline_days': 'integer', 'min_baseline_days': 'integer',
            'min_postings': 'integer', 'min_multiple': 'double', 'leadership_pattern': 'varchar',
            'keyword_pattern': 'varchar',
        },
        modifiers=modifiers,
    ) }}

),

-- the days of this run, and the one before, to tell what is new
days as (

    select run_date as day from {{ ref('int_run_days') }}
    union all
    select {{ add_days('min(run_date)', -1) }} from {{ ref('int_run_days') }}

),

postings as (

    select
        classified.*,
        {{ once_if(regexp_found('classified.title_lower', 'signal.leadership_pattern')) }} as is_leadership,
        {{ once_if(regexp_found('classified.description_lower', 'signal.keyword_pattern')) }} as has_keyword
    from {{ ref('int_job_postings_classified') }} as classified
    cross join signal

),

-- since when postings are collected at all: before that nothing is known of anybody's past
collected_from as (

    select min(cast(known_at as date)) as first_known_on from {{ ref('int_job_postings_collected') }}

),

-- a company's postings of a role in the days up to each day, and its own pace before them
paces as (

    select
        postings.account_key,
        postings.job_role,
        days.day as detected_at,
        sum(case when {{ days_between('postings.posted_on', 'days.day') }} < signal.window_days then 1 else 0 end)
            as posting_count,
        sum(case when {{ days_between('postings.posted_on', 'days.day') }} >= signal.window_days then 1 else 0 end)
            as baseline_count,
        max(least(
            signal.baseline_days,
            {{ days_between('collected_from.first_known_on', 'days.day') }} + 1 - signal.window_days
        )) as baseline_days
    from postings
    cross join signal
    cross join collected_from
    inner join days
        on days.day >= greatest(postings.known_on, postings.posted_on)
        and days.day < {{ add_days('postings.posted_on', 'signal.window_days + signal.baseline_days') }}
    group by 1, 2, 3

),

hiring as (

    select
        paces.*,
        cast(paces.baseline_count as double) * signal.window_days / paces.baseline_days as expected_count
    from paces
    cross join signal
    where paces.baseline_days >= signal.min_baseline_days
        and paces.posting_count >= signal.min_postings
        and paces.posting_count * paces.baseline_days
            >= signal.min_multiple * paces.baseline_count * signal.window_days

),

started as (

    select hiring.*
    from hiring
    inner join {{ ref('int_run_days') }} as run_days on hiring.detected_at = run_days.run_date
    left join hiring as day_before
        on hiring.account_key = day_before.account_key
        and hiring.job_role = day_before.job_role
        and hiring.detected_at = {{ add_days('day_before.detected_at', 1) }}
    where day_before.account_key is null

),

firings as (

    select
        started.account_key,
        cast(null as varchar) as person_id,
        max(postings.posted_at) as occurred_at,
        started.detected_at,
        'job_boards' as source_name,
        min(postings.posting_id) as source_record_id,
        max(postings.loaded_at) as loaded_at,
        {{ json_build({
            'job_role': 'started.job_role',
            'posting_count': 'cast(max(started.posting_count) as integer)',
            'expected_count': 'max(started.expected_count)',
            'baseline_count': 'cast(max(started.baseline_count) as integer)',
            'baseline_days': 'cast(max(started.baseline_days) as integer)',
            'posting_ids': json_array_agg('postings.posting_id', 'postings.posting_id'),
            'titles': json_array_agg('postings.title', 'postings.posting_id'),
        }) }} as facts,
        max(postings.is_leadership) as leadership,
        max(postings.has_keyword) as keywords,
        max(started.posting_count - signal.min_postings) as further_postings
    from started
    cross join signal
    inner join postings
        on started.account_key = postings.account_key
        and started.job_role = postings.job_role
        and started.detected_at >= greatest(postings.known_on, postings.posted_on)
        and started.detected_at < {{ add_days('postings.posted_on', 'signal.window_days') }}
    group by started.account_key, started.job_role, started.detected_at

),

final as (
    {{ signal_rows('hiring_started', modifiers) }}
)

select * from final
