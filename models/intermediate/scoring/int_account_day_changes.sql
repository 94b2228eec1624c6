{%- set window = snapshot_window() %}
{%- set measures = carried_measures(lanes_in_force()) %}

with entries as (

    select * from {{ ref('int_account_entries') }}

),

presences as (

    select * from {{ ref('int_account_presences') }}

),

company_accounts as (

    select * from {{ ref('int_company_accounts') }}

),

-- What is young enough enters a sum on the day it counts, and leaves it when it has grown too old.
changes as (

    select
        account_number,
        enters_on as changed_on,
        {%- for measure in measures %}
        case
            when {{ days_between('event_date', 'enters_on') }} >= {{ measure.from_age }}
                and {{ days_between('event_date', 'enters_on') }} < {{ measure.until_age }}
                then {{ measure.value }}
            else 0
        end as {{ measure.name }},
        {%- endfor %}
        0 as people_count
    from entries
    {%- for age in [7, 14, 30] %}
    union all
    select
        account_number,
        {{ add_days('event_date', age) }},
        {%- for measure in measures %}
        {{ '-' ~ measure.value if measure.until_age == age else measure.value if measure.from_age == age else '0' }},
        {%- endfor %}
        0
    from entries
    where enters_on < {{ add_days('event_date', age) }}
        and {{ add_days('event_date', age) }} <= {{ sql_date(window.to) }}
    {%- endfor %}
    {%- for column, change in {'present_from': 1, 'present_until': -1}.items() %}
    union all
    select
        account_number,
        {{ column }},
        {%- for measure in measures %} 0,{% endfor %}
        {{ change }}
    from presences
    where {{ column }} <= {{ sql_date(window.to) }}
    {%- endfor %}
    union all
    -- every account has a state from the first day on
    select
        account_number,
        greatest(first_counted_on, {{ sql_date(window['from']) }}),
        {%- for measure in measures %} 0,{% endfor %}
        0
    from company_accounts

),

final as (

    select
        account_number,
        changed_on,
        {%- for measure in measures %}
        cast(sum({{ measure.name }}) as {{ measure.type }}) as {{ measure.name }},
        {%- endfor %}
        cast(sum(people_count) as integer) as people_count
    from changes
    group by 1, 2

)

select * from final
