{%- set window = snapshot_window() %}
{%- set length = (
    modules.datetime.date.fromisoformat(window.to) - modules.datetime.date.fromisoformat(window['from'])
).days + 1 %}

with days as (

    {{ number_series(length) }}

),

final as (

    select
        {{ add_days(sql_date(window['from']), 'n') }} as run_date,
        cast(n as integer) as day_number
    from days

)

select * from final
