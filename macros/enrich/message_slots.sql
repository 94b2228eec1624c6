{# The slots of a message that no model writes: how one greets somebody, and how one says a company's name. #}

{# One word with a capital letter where it has only capitals or only small ones: JOHN and john are John, McKay stays. #}
{% macro capitalised(word) -%}
    case
        when length({{ word }}) > 1 and ({{ word }} = upper({{ word }}) or {{ word }} = lower({{ word }}))
            then upper(left({{ word }}, 1)) || lower(substr({{ word }}, 2))
        else {{ word }}
    end
{%- endmacro %}

{#
A first name as one greets with it: without titles, the first name only, capitalised; null where there is
none to greet with (an initial, an address, also of a web site, a number, a placeholder that nobody filled in). "Dr. Anna-Lena
Müller" is Anna-Lena.
#}
{% macro greeting_name(first_name) -%}
    {%- set title = "'^((dr|prof|mr|mrs|ms|miss|mx|herr|frau|sir|dame|ing|dipl)[.]?-?[ ]+|(dr|prof|mr|mrs|ms)[.])+'" -%}
    {%- set whole = trimmed(first_name) -%}
    {%- set untitled = "substr(" ~ whole ~ ", 1 + length(" ~ whole ~ ") - length("
        ~ regexp_removed("lower(" ~ whole ~ ")", title) ~ "))" -%}
    {%- set untitled = trimmed(untitled) -%}
    {%- set first = regexp_removed("split_part(" ~ untitled ~ ", ' ', 1)", "'[.,;]+$'") -%}
    case
        when {{ regexp_found(first, "'[][0-9@/{}<>_?*]|^-|[.][A-Za-z][A-Za-z]'") }} or length({{ first }}) < 2 then null
        when position('-' in {{ first }}) > 0
            then {{ capitalised("split_part(" ~ first ~ ", '-', 1)") }} || '-'
                || {{ capitalised("split_part(" ~ first ~ ", '-', 2)") }}
        else {{ capitalised(first) }}
    end
{%- endmacro %}

{#
A company as one says it: without what stands in brackets and without the words of var `company_suffixes` at
its end. "Acme Holdings, Inc." is Acme, ACMESPACE is Acmespace, acme.com is Acme; IBM stays, and so does a name that is
made of such words. Null for what would be a link, an address or a placeholder in a mail: whoever fills in a form may have
named the company.
#}
{% macro conversational_company(name) -%}
    {%- set suffix = "'([ ,]+(" ~ var('company_suffixes') | join('|') | replace('.', '[.]') ~ ")[.]?)+[ ,]*$'" -%}
    {%- set plain = trimmed(regexp_removed(name, "'[ ]*[(][^)]*[)]'")) -%}
    {%- set short = "left(" ~ plain ~ ", length(" ~ regexp_removed("lower(" ~ plain ~ ")", suffix) ~ "))" -%}
    case
        when {{ regexp_found("lower(" ~ name ~ ")", "'[][{}<>@]|://|www[.]|[.][a-z]+/'") }} then null
        when {{ regexp_found(name, "'^[a-z0-9-]+([.][a-z]+)+$'") }}
            then {{ capitalised("split_part(" ~ name ~ ", '.', 1)") }}
        when {{ regexp_found(short, "'^[A-Z][A-Z][A-Z][A-Z][A-Z]+$'") }} then {{ capitalised(short) }}
        when lower({{ short }}) in ('', 'the') then {{ plain }}
        else {{ short }}
    end
{%- endmacro %}
