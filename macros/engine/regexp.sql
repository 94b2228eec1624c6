{#
Regular expressions. The pattern is an SQL expression: a column, or a literal with its quotation marks.
Patterns hold no backslash (write [.] and [0-9]); see gtm registry for what is refused.
#}

{# Whether the pattern occurs anywhere in the text; null where either is null. #}
{% macro regexp_found(expr, pattern) %}{{ return(adapter.dispatch('regexp_found')(expr, pattern)) }}{% endmacro %}

{% macro duckdb__regexp_found(expr, pattern) %}regexp_matches({{ expr }}, {{ pattern }}){% endmacro %}

{% macro snowflake__regexp_found(expr, pattern) %}(regexp_instr({{ expr }}, {{ pattern }}) > 0){% endmacro %}


{# The first match's group (1 = the first in round brackets); null where there is none, or it is empty. #}
{% macro regexp_group(expr, pattern, group=1) %}{{ return(adapter.dispatch('regexp_group')(expr, pattern, group)) }}{% endmacro %}

{% macro duckdb__regexp_group(expr, pattern, group) %}nullif(regexp_extract({{ expr }}, {{ pattern }}, {{ group }}), ''){% endmacro %}

{% macro snowflake__regexp_group(expr, pattern, group) %}nullif(regexp_substr({{ expr }}, {{ pattern }}, 1, 1, 'e', {{ group }}), ''){% endmacro %}


{# The text with every match taken out, or replaced. #}
{% macro regexp_removed(expr, pattern, by="''") %}{{ return(adapter.dispatch('regexp_removed')(expr, pattern, by)) }}{% endmacro %}

{% macro duckdb__regexp_removed(expr, pattern, by) %}regexp_replace({{ expr }}, {{ pattern }}, {{ by }}, 'g'){% endmacro %}

{% macro snowflake__regexp_removed(expr, pattern, by) %}regexp_replace({{ expr }}, {{ pattern }}, {{ by }}){% endmacro %}


{# HTML, once escaped or not, as plain text: tags taken out, entities that matter replaced, also those that were escaped themselves. #}
{% macro plain_text(expr) -%}
    {%- set without_tags = regexp_removed(unescaped(expr), "'<[^>]*>'", "' '") -%}
    {{ trimmed(regexp_removed(unescaped(without_tags), "'[ ]+'", "' '")) }}
{%- endmacro %}

{% macro unescaped(expr) -%}
    {%- set entities = [('&lt;', '<'), ('&gt;', '>'), ('&quot;', '"'), ('&#39;', "''"), ('&#x27;', "''"), ('&nbsp;', ' '), ('&amp;', '&')] -%}
    {%- set ns = namespace(text=expr) -%}
    {%- for entity, character in entities -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ entity ~ "', '" ~ character ~ "')" -%}
    {%- endfor -%}
    {{- return(ns.text) -}}
{%- endmacro %}
