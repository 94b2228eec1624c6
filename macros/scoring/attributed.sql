{#
Events with the company they count for: the one an event names itself, else the one of its e-mail, else the
visitor's, each from the day it was known. Adds company_domain and counted_on, the first day that may count the
event (both null where nobody knows the company).

    events   relation or CTE with the columns of int_countable_events
#}
{% macro attributed(events) %}
    select
        events.*,
        coalesce(
            company_domains.company_domain,
            email_domains.company_domain,
            visitor_domains.company_domain
        ) as company_domain,
        case
            when company_domains.company_domain is not null then events.known_on
            when email_domains.company_domain is not null
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
