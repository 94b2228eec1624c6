{#
Who an identity was linked to, and from when: the CTE `link_periods`. Out of statements "on this day
we learnt that `identity` is `linked_to`" (columns identity, linked_to, known_on, stated_at) it makes
one row per identity and period: the last statement of a day holds from that day until a later one
says otherwise. Later statements open a new period and never change an earlier one, so that what a
snapshot knew can always be told again.

    linked_from, linked_until      days on which the link was the latest known
    applies_from, applies_until    days of events that it explains: the first link explains what came
                                   before it too (and counts it from linked_from on)
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

    select
        *,
        lag(known_on) over (partition by {{ identity }} order by known_on) is null as is_first
    from last_statements
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
        case when is_first then cast('0001-01-01' as date) else known_on end as applies_from,
        coalesce(
            lead(known_on) over (partition by {{ identity }} order by known_on),
            cast('9999-12-31' as date)
        ) as linked_until
    from changed_statements

)
{% endmacro %}


{#
An identity model is incremental: a run makes the periods of those identities again that something
new was learnt about (`is_news`). `searched_from()` is the first day to look for news, as SQL: the snapshot
window's first day, or the day after the last run's search. `forget_later_links()`, a pre-hook, empties
the model when the run is pinned to a day before that search, so that what was learnt since is learnt
again by the next run.
#}
{% macro searched_from() -%}
    {%- if is_incremental() -%}
        least(
            {{ sql_date(snapshot_window()['from']) }},
            coalesce({{ add_days('(select max(searched_until) from ' ~ this ~ ')', 1) }}, {{ sql_date('0001-01-01') }})
        )
    {%- else -%}
        {{ sql_date('0001-01-01') }}
    {%- endif -%}
{%- endmacro %}

{% macro forget_later_links() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        where exists (
            select 1 from {{ this }} as searched
            where searched.searched_until > {{ sql_date(last_day_of_run()) }}
        )
    {%- endif -%}
{%- endmacro %}

{% macro is_news(day) -%}
    {#-
      True of what was learnt since the last search; and of what records say that have no date at all, which count as
      known since 1970 (raw.version_at) whenever they are loaded.
    -#}
    ({{ day }} >= {{ searched_from() }} or {{ day }} = {{ sql_date('1970-01-01') }})
{%- endmacro %}
