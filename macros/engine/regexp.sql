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
