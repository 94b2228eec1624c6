{%- set window = snapshot_window() %}
{%- set until_then = 'partition by account_number order by changed_on' %}
{%- set measures = carried_measures(lanes_in_force()) %}

with changes as (

    select * from {{ ref('int_account_day_changes') }}

),

final as (

    select
        account_number,
        changed_on as state_from,
        {{ days_between(
            'changed_on',
            'coalesce(lead(changed_on) over (' ~ until_then ~ '), ' ~ sql_date(day_plus(window.to, 1)) ~ ')'
        ) }} as state_days,
        {%- for measure in measures %}
        cast(sum({{ measure.name }}) over ({{ until_then }}) as {{ measure.type }}) as {{ measure.name }},
        {%- endfor %}
        cast(sum(people_count) over ({{ until_then }}) as integer) as unique_people_7d
    from changes

)

select * from final
