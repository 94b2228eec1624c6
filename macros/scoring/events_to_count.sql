{#
The attributed events that a run of a daily aggregate reads: those counted on a day of the window
`read_window(column)` while they were young enough to matter. An incremental run looks at what came in
since, and at the earlier events of visitors and addresses whose company was learnt since; not at the rest.
#}
{% macro events_to_count(window) %}
{%- set attributed_events, visitor_domains, email_domains =
    ref('int_attributed_events'), ref('int_visitor_domains'), ref('int_email_domains') %}
{%- set max_age = 30 %}
{%- set is_young = "counted_on < " ~ add_days('cast(occurred_at as date)', max_age) %}
{%- if is_incremental() %}
    select * from {{ attributed_events }}
    where {{ happened_and_known_since(window['from']) }}
        and occurred_at >= cast('{{ day_plus(window['from'], -max_age) }}' as timestamp)
        and known_on >= {{ sql_date(window['from']) }}
        and counted_on between {{ sql_date(window['from']) }} and {{ sql_date(window.to) }}
        and {{ is_young }}
    union all
    select * from {{ attributed_events }}
    where occurred_at >= cast('{{ day_plus(window['from'], -max_age) }}' as timestamp)
        and known_on < {{ sql_date(window['from']) }}
        and (
            distinct_id in (
                select distinct_id from {{ visitor_domains }}
                where linked_from >= {{ sql_date(window['from']) }}
            )
            or email in (
                select email from {{ email_domains }}
                where linked_from >= {{ sql_date(window['from']) }}
            )
        )
        and counted_on between {{ sql_date(window['from']) }} and {{ sql_date(window.to) }}
        and {{ is_young }}
{%- else %}
    select * from {{ attributed_events }}
    where counted_on <= {{ sql_date(window.to) }}
        and {{ is_young }}
{%- endif %}
{% endmacro %}
