{#
The registrable domain of each host of a relation with a column `host` (as `host_of` gives them), by
the Public Suffix List: one label more than the longest suffix that matches, where a suffix is a rule,
a name one label below a wildcard (the wildcard's own name too, as the list's linter has it), or,
without any rule, the last label. Null where there is none: public suffixes themselves, IPv4 addresses,
names that only a local network knows.

Returns a query with host, registrable_domain, is_personal_mail. Each host meets the list through one
equality join per number of labels, so the work grows with the hosts and not with the list.
#}
{% macro registrable_domains(hosts) %}
{%- set max_labels = 8 -%}
with given_hosts as (
    select distinct host
    from {{ hosts }}
    where host is not null
),

-- tail_3 of a.b.co.uk is b.co.uk; null where the host is shorter.
tails_1 as (
    select
        host,
        length(host) - length(replace(host, '.', '')) + 1 as label_count,
        split_part(host, '.', -1) as tail_1
    from given_hosts
),
{% for labels in range(2, max_labels + 2) %}
tails_{{ labels }} as (
    select
        *,
        case
            when label_count >= {{ labels }}
                then split_part(host, '.', -{{ labels }}) || '.' || tail_{{ labels - 1 }}
        end as tail_{{ labels }}
    from tails_{{ labels - 1 }}
),
{% endfor %}
rules as (
    select
        suffix,
        max(case when is_exception then 1 else 0 end) as exceptions,
        max(case when is_wildcard then 1 else 0 end) as wildcards
    from {{ ref('public_suffixes') }}
    group by suffix
),

matches as (
    select
        tails_{{ max_labels + 1 }}.*,
        -- An exception wins over every rule; its suffix is what stands after its first label.
        case
            {%- for labels in range(max_labels, 1, -1) %}
            when rules_{{ labels }}.exceptions = 1 then {{ labels - 1 }}
            {%- endfor %}
            {%- for labels in range(max_labels, 0, -1) %}
            {%- if labels > 1 %}
            when rules_{{ labels - 1 }}.wildcards = 1 and label_count >= {{ labels }} then {{ labels }}
            {%- endif %}
            when rules_{{ labels }}.suffix is not null then {{ labels }}
            {%- endfor %}
            else 1
        end as suffix_label_count
    from tails_{{ max_labels + 1 }}
    {%- for labels in range(1, max_labels + 1) %}
    left join rules as rules_{{ labels }} on tail_{{ labels }} = rules_{{ labels }}.suffix
    {%- endfor %}
),

registrable as (
    select
        host,
        case
            when tail_1 in ('localhost', 'local', 'localdomain', 'internal', 'lan') then null
            when translate(tail_1, '0123456789', '') = '' then null
            {%- for labels in range(1, max_labels + 1) %}
            when suffix_label_count = {{ labels }} then tail_{{ labels + 1 }}
            {%- endfor %}
        end as registrable_domain
    from matches
),

personal_mail_domains as (
    select * from {{ ref('personal_mail_domains') }}
),

final as (
    select
        registrable.host,
        registrable.registrable_domain,
        personal_mail_domains.domain is not null as is_personal_mail
    from registrable
    left join personal_mail_domains on registrable.registrable_domain = personal_mail_domains.domain
)

select * from final
{% endmacro %}
