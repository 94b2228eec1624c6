{#
CTE `link_periods`: who an identity was linked to, and from when. Out of statements "on this day we
learnt that `identity` is `linked_to`" (columns identity, linked_to, known_on, stated_at) it makes
one row per identity and period: the last statement of a day holds from that day until a later one
says otherwise. Later statements open a new period and never change an earlier one, so that what a
snapshot knew can always be told again.
#}
{% macro link_periods(statements, identity, linked_to) %}
last_statements as (

    select
        {{ identity }},
        {{ linked_to }},
        known_on
    from {{ statements }}
    where {{ identity }} is not null and {{ linked_to }} is not null
    qualify row_number() over (
        partition by {{ identity }}, known_on
        order by stated_at desc, {{ linked_to }}
    ) = 1

),

changed_statements as (

    select * from last_statements
    qualify coalesce(
        lag({{ linked_to }}) over (partition by {{ identity }} order by known_on) <> {{ linked_to }},
        true
    )

),

link_periods as (

    select
        {{ identity }},
        {{ linked_to }},
        known_on as linked_from,
        coalesce(
            lead(known_on) over (partition by {{ identity }} order by known_on),
            cast('9999-12-31' as date)
        ) as linked_until
    from changed_statements

)
{% endmacro %}
