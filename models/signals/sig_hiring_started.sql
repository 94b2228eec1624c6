{%- set modifiers = ['leadership', 'keywords', 'further_postings'] %}

with signal as (

    {{ signal_terms(
        'hiring_started',
        settings={
            'window_days': 'integer', 'baseline_days': 'integer', 'min_baseline_days': 'integer',
            'min_postings': 'integer', 'min_multiple': 'double', 'leadership_pattern': 'varchar',
            'keyword_pattern': 'varchar', 'needs_own_past': 'boolean',
        },
        modifiers=modifiers,
    ) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

postings as (

    select
        classified.*,
        case when signal.needs_own_past then account_collected_from else collected_from end as past_from,
        {{ once_if(regexp_found('classified.title_lower', 'signal.leadership_pattern')) }} as is_leadership,
        {{ once_if(regexp_found('classified.description_lower', 'signal.keyword_pattern')) }} as has_keyword
    from {{ ref('int_job_postings_classified') }} as classified
    cross join signal

),

-- the days on which a company's postings of a role came in, back to those that still count in this run
arrivals as (

    select distinct
        postings.account_key,
        postings.job_role,
        postings.past_from,
        postings.arrived_on
    from postings
    cross join signal
    where postings.arrived_on > {{ add_days('(select min(run_date) from run_days)', '-signal.window_days') }}
        and postings.arrived_on <= (select max(run_date) from run_days)
        and {{ days_between('postings.posted_on', 'postings.arrived_on') }} < signal.window_days

),

-- its postings of the role in the window's days up to then, and its own pace before them
paces as (

    select
        arrivals.account_key,
        arrivals.job_role,
        arrivals.arrived_on,
        sum(case when {{ days_between('postings.posted_on', 'arrivals.arrived_on') }} < signal.window_days then 1 else 0 end)
            as posting_count,
        sum(case when {{ days_between('postings.posted_on', 'arrivals.arrived_on') }} >= signal.window_days then 1 else 0 end)
            as baseline_count,
        max(least(
            signal.baseline_days,
            {{ days_between('arrivals.past_from', 'arrivals.arrived_on') }} + 1 - signal.window_days
        )) as baseline_days
    from arrivals
    cross join signal
    inner join postings
        on arrivals.account_key = postings.account_key
        and arrivals.job_role = postings.job_role
        and arrivals.arrived_on >= postings.arrived_on
        and arrivals.arrived_on < {{ add_days('postings.posted_on', 'signal.window_days + signal.baseline_days') }}
    group by 1, 2, 3

),

hiring as (

    select
        paces.*,
        cast(paces.baseline_count as double) * signal.window_days / nullif(paces.baseline_days, 0)
            as expected_count,
        lag(paces.arrived_on) over (partition by paces.account_key, paces.job_role order by paces.arrived_on)
            as previous_arrived_on
    from paces
    cross join signal
    where paces.baseline_days >= signal.min_baseline_days
        and paces.posting_count >= signal.min_postings
        and paces.posting_count * paces.baseline_days
            >= signal.min_multiple * paces.baseline_count * signal.window_days

),

-- a start: no such day among those that still count
started as (

    select hiring.*
    from hiring
    inner join run_days on hiring.arrived_on = run_days.run_date
    cross join signal
    where coalesce(
        {{ days_between('hiring.previous_arrived_on', 'hiring.arrived_on') }} >= signal.window_days,
        true
    )

),

firings as (

    select
        started.account_key,
        cast(null as varchar) as person_id,
        max(postings.posted_at) as occurred_at,
        started.arrived_on as detected_at,
        'job_boards' as source_name,
        min(case when postings.arrived_on = started.arrived_on then postings.posting_id end) as source_record_id,
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
        and started.arrived_on >= postings.arrived_on
        and started.arrived_on < {{ add_days('postings.posted_on', 'signal.window_days') }}
    group by started.account_key, started.job_role, started.arrived_on

),

final as (
    {{ signal_rows('hiring_started', modifiers) }}
)

select * from final
