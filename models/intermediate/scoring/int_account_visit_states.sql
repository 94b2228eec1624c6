{%- set window = snapshot_window() %}
{%- set until_then = 'partition by account_number order by changed_on' %}
{%- set leaves_at = (var('surge_baseline_days') | int) + 7 %}
{%- set age_on_entry = days_between('event_date', 'enters_on') %}

with visitor_days as (

    select * from {{ ref('int_company_visitor_days') }}
    -- like is compared with like: only visits that were known on their day
    where counted_on = event_date
        and event_date <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -leaves_at)) }}

),

company_accounts as (

    select * from {{ ref('int_company_accounts') }}

),

visit_days as (

    select
        company_accounts.account_number,
        company_accounts.first_counted_on,
        visitor_days.event_date,
        greatest(visitor_days.event_date, {{ sql_date(window['from']) }}) as enters_on,
        count(*) as visit_count
    from visitor_days
    inner join company_accounts on visitor_days.company_domain = company_accounts.company_domain
    group by 1, 2, 3, 4

),

changes as (

    select
        account_number,
        first_counted_on,
        enters_on as changed_on,
        case when {{ age_on_entry }} < 7 then visit_count else 0 end as recent_visits,
        case when {{ age_on_entry }} >= 7 then visit_count else 0 end as baseline_visits,
        case when {{ age_on_entry }} >= 7 then visit_count * visit_count else 0 end as baseline_squares
    from visit_days
    union all
    select
        account_number,
        first_counted_on,
        {{ add_days('event_date', 7) }},
        -visit_count,
        visit_count,
        visit_count * visit_count
    from visit_days
    where {{ age_on_entry }} < 7
        and {{ add_days('event_date', 7) }} <= {{ sql_date(window.to) }}
    union all
    select
        account_number,
        first_counted_on,
        {{ add_days('event_date', leaves_at) }},
        0,
        -visit_count,
        -visit_count * visit_count
    from visit_days
    where {{ add_days('event_date', leaves_at) }} <= {{ sql_date(window.to) }}

),

daily_changes as (

    select
        account_number,
        first_counted_on,
        changed_on,
        cast(sum(recent_visits) as bigint) as recent_visits,
        cast(sum(baseline_visits) as bigint) as baseline_visits,
        cast(sum(baseline_squares) as bigint) as baseline_squares
    from changes
    group by 1, 2, 3

),

final as (

    select
        account_number,
        first_counted_on,
        changed_on as state_from,
        {{ days_between(
            'changed_on',
            'coalesce(lead(changed_on) over (' ~ until_then ~ '), ' ~ sql_date(day_plus(window.to, 1)) ~ ')'
        ) }} as state_days,
        cast(sum(recent_visits) over ({{ until_then }}) as bigint) as visits_7d,
        cast(sum(baseline_visits) over ({{ until_then }}) as bigint) as baseline_visits,
        cast(sum(baseline_squares) over ({{ until_then }}) as bigint) as baseline_visits_squared
    from daily_changes

)

select * from final
