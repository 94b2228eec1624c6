{#
Rows of a relation with user_id and detected_at, each with the user as she was known by the end of that
day, and with her account and person by the links of that day: a query with every column of the
relation, account_key, person_id, company_size, industry, plan, signed_up_on, signed_up_at,
user_loaded_at.
#}
{% macro product_users_on_day(relation) %}
select
    given.*,
    coalesce(account_keys.account_key, aliases.account_key, email_domains.company_domain) as account_key,
    case
        when coalesce(users.email, visitor_emails.email) is not null
            then {{ person_id('email', 'coalesce(users.email, visitor_emails.email)') }}
        else {{ person_id('product_user_id', 'users.user_id') }}
    end as person_id,
    users.company_size,
    users.industry,
    users.plan,
    users.signed_up_on,
    users.created_at as signed_up_at,
    users.loaded_at as user_loaded_at
from {{ relation }} as given
inner join {{ ref('int_product_user_periods') }} as users
    on given.user_id = users.user_id
    and given.detected_at >= users.known_from
    and given.detected_at < users.known_until
left join {{ ref('int_account_keys') }} as account_keys
    on users.account_domain = account_keys.domain_reference
left join {{ ref('int_email_domains') }} as email_domains
    on users.email = email_domains.email
    and given.detected_at >= email_domains.linked_from
    and given.detected_at < email_domains.linked_until
left join {{ ref('stg_registry__account_aliases') }} as aliases
    on email_domains.company_domain = aliases.alias_domain
left join {{ ref('int_visitor_emails') }} as visitor_emails
    on users.email is null
    and users.distinct_id = visitor_emails.distinct_id
    and given.detected_at >= visitor_emails.linked_from
    and given.detected_at < visitor_emails.linked_until
{% endmacro %}
