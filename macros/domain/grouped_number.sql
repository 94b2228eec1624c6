{# A whole amount, of zero or more, as people read it: 1,234,567. Nearest whole number. #}
{% macro grouped_number(expr) -%}
{%- set whole = "cast(round(" ~ expr ~ ") as bigint)" -%}
{%- set thousands = "floor(cast(" ~ whole ~ " as double) / 1000)" -%}
{%- set millions = "floor(cast(" ~ whole ~ " as double) / 1000000)" -%}
case
    when {{ whole }} >= 1000000 then cast(cast({{ millions }} as bigint) as varchar)
        || ',' || lpad(cast(cast(mod({{ thousands }}, 1000) as bigint) as varchar), 3, '0')
        || ',' || lpad(cast(mod({{ whole }}, 1000) as varchar), 3, '0')
    when {{ whole }} >= 1000 then cast(cast({{ thousands }} as bigint) as varchar)
        || ',' || lpad(cast(mod({{ whole }}, 1000) as varchar), 3, '0')
    else cast({{ whole }} as varchar)
end
{%- endmacro %}
