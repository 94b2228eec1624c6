{#
Events with the company they count for: the one an event names itself, else the one of its e-mail, else the
visitor's, each from the day it was known; what is known first stands, so that a later link of the e-mail does not
take away what has been counted for the visitor's company. Adds company_domain and counted_on, the first day that may
count the event (both null where nobody knows the company).

    events   relation or CTE with the columns of int_countable_events
#}
{% macro attributed(events) %}
    select
        events.*,
        coalesce(
            company_domains.company_domain,
            case when {{ email_counts_first('events.known_on') }} then email_domains.company_domain end,
            visitor_domains.company_domain
        ) as company_domain,
        case
            when company_domains.company_domain is not null then events.known_on
            when {{ email_counts_first('events.known_on') }}
                then greatest(events.known_on, email_domains.linked_from)
            when visitor_domains.company_domain is not null
                then greatest(events.known_on, visitor_domains.linked_from)
        end as counted_on
    from {{ events }} as events
    left join {{ ref('int_company_domains') }} as company_domains
        on events.domain_reference = company_domains.domain_reference
    left join {{ ref('int_email_domains') }} as email_domains
        on events.email = email_domains.email
        and events.known_on >= email_domains.applies_from
        and events.known_on < email_domains.applies_until
    left join {{ ref('int_visitor_domains') }} as visitor_domains
        on events.distinct_id = visitor_domains.distinct_id
        and events.known_on >= visitor_domains.applies_from
        and events.known_on < visitor_domains.applies_until
{%- endmacro %}

{% macro email_counts_first(known_on) -%}
    {#- True where the e-mail's company is known no later than the visitor's; null or false where it is not known. -#}
    (
        email_domains.linked_from <= {{ known_on }}
        or email_domains.linked_from <= coalesce(visitor_domains.linked_from, email_domains.linked_from)
    )
{%- endmacro %}
