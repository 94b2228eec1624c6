{%- set window = snapshot_window() %}

with company_event_days as (

    select * from {{ ref('int_company_event_days') }}
    where counted_on <= {{ sql_date(window.to) }}
        and event_date > {{ sql_date(day_plus(window['from'], -30)) }}

),

company_accounts as (

    select * from {{ ref('int_company_accounts') }}

),

class_scores as (

    select * from {{ ref('int_picked_class_scores') }}

),

final as (

    select
        company_accounts.account_number,
        company_event_days.event_date,
        -- the first day of the window that counts it
        greatest(company_event_days.counted_on, {{ sql_date(window['from']) }}) as enters_on,
        company_event_days.event_class_id,
        company_event_days.event_count,
        company_event_days.event_count * class_scores.weight as points
    from company_event_days
    inner join company_accounts on company_event_days.company_domain = company_accounts.company_domain
    inner join class_scores on company_event_days.event_class_id = class_scores.event_class_id

)

select * from final
