{# How a person is named before a merge: by e-mail, else by CRM id, else by visitor id. #}

{% macro person_id(identity_type, identity_value) -%}
    md5('{{ identity_type }}:' || {{ identity_value }})
{%- endmacro %}

{% macro clean_email(column) -%}
    {#-
      An address as it is compared, in lower case; of `Ann Lee <ann@acme.com>` what the brackets hold. Null for what is
      none, such as n/a: it would be one person's whom many records have, and give her company to all of them.
    -#}
    case
        when position('@' in {{ column }}) > 0
            then lower({{ trimmed("split_part(split_part(" ~ column ~ ", '<', -1), '>', 1)") }})
    end
{%- endmacro %}

{% macro address_of_event(email, distinct_id) -%}
    {#- The address an event gives, else the visitor's id where the site takes addresses for ids. -#}
    coalesce(
        {{ clean_email(email) }},
        case when {{ distinct_id }} like '%@%.%' then {{ clean_email(distinct_id) }} end
    )
{%- endmacro %}

{% macro email_domain(column) -%}
    {#- The part after the @, lower case; null where there is none. -#}
    nullif({{ trimmed("split_part(" ~ clean_email(column) ~ ", '@', 2)") }}, '')
{%- endmacro %}

{% macro name_key(column) -%}
    {#- A name as addresses spell it: lower case, letters a to z alone; null of none. -#}
    {%- set umlauts = [('ä', 'ae'), ('ö', 'oe'), ('ü', 'ue'), ('ß', 'ss'), ('æ', 'ae'), ('ø', 'o'), ('œ', 'oe')] -%}
    {%- set ns = namespace(text='lower(' ~ column ~ ')') -%}
    {%- for letter, letters in umlauts -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ letter ~ "', '" ~ letters ~ "')" -%}
    {%- endfor -%}
    {%- set ns.text = "translate(" ~ ns.text ~ ", 'áàâãåéèêëíìîïóòôõúùûýÿñçčšž', 'aaaaaeeeeiiiioooouuuyynccsz')" -%}
    nullif({{ regexp_removed(ns.text, "'[^a-z]'") }}, '')
{%- endmacro %}

{% macro first_word(column) -%}
    nullif(split_part({{ trimmed(column) }}, ' ', 1), '')
{%- endmacro %}

{% macro words_after_first(column) -%}
    {%- set whole = trimmed(column) -%}
    nullif({{ trimmed("substr(" ~ whole ~ ", length(split_part(" ~ whole ~ ", ' ', 1)) + 1)") }}, '')
{%- endmacro %}

{% macro agree(a, b) -%}
    {#- Whether two name keys can be one person's: the same, or one the other's initial. Null where either is not known. -#}
    ({{ a }} = {{ b }} or ({{ a }} = left({{ b }}, 1) or {{ b }} = left({{ a }}, 1)))
{%- endmacro %}

{% macro spells(a, b) -%}
    {#- Whether the letters of a's address are b's name: annsmith77@… is Ann Smith's. -#}
    {{ a }}.mailbox_letters in (
        {{ b }}.first_name_key || {{ b }}.last_name_key,
        {{ b }}.last_name_key || {{ b }}.first_name_key,
        left({{ b }}.first_name_key, 1) || {{ b }}.last_name_key
    )
{%- endmacro %}

{% macro names_contradict(a, b) -%}
    {#- Whether two people cannot be one: both names are known, and differ in first and last. One who marries keeps the first. -#}
    coalesce(
        {{ a }}.last_name_key <> {{ b }}.last_name_key
        and left({{ a }}.first_name_key, 1) <> left({{ b }}.first_name_key, 1),
        false
    )
{%- endmacro %}

{% macro two_work_addresses(a, b) -%}
    {#- Whether two people have each an address of their own at one company. -#}
    coalesce(
        {{ a }}.address_account_key = {{ b }}.address_account_key
        and {{ a }}.mailbox_name <> {{ b }}.mailbox_name,
        false
    )
{%- endmacro %}

{#
Which people hang together by links: the CTE `connected_components`, one row per person with a link,
whose label is the least `merge_rank:person_id` of all that she hangs together with. Each round hands
the least label known one link further. Order of rows has no say in it.

    links     relation or CTE: person_id, other_person_id
    people    relation or CTE: person_id, merge_rank (one digit)
    rounds    the longest chain it comes to the end of
#}
{% macro connected_components(links, people, rounds=8) %}
neighbours as (

    select
        person_id,
        other_person_id as neighbour_id
    from {{ links }}
    union
    select
        other_person_id,
        person_id
    from {{ links }}
    union
    select
        person_id,
        person_id
    from {{ links }}
    union
    select
        other_person_id,
        other_person_id
    from {{ links }}

),

labels_0 as (

    select
        person_id,
        cast(merge_rank as varchar) || ':' || person_id as label
    from {{ people }}

),
{% for round in range(1, rounds + 1) %}
labels_{{ round }} as (

    select
        neighbours.person_id,
        min(labels_{{ round - 1 }}.label) as label
    from neighbours
    inner join labels_{{ round - 1 }} on neighbours.neighbour_id = labels_{{ round - 1 }}.person_id
    group by 1

),
{% endfor %}
connected_components as (

    select * from labels_{{ rounds }}

)
{%- endmacro %}
