{#
The host in a URL, a bare domain or an e-mail address, lower case, without `www.`; null where there
is none: text that is no address, IPv6, names of one label (localhost).

    https://user@www.Acme.com:8443/a?b#c  →  acme.com        name@mail.acme.com  →  mail.acme.com

Only the first 2,048 characters are read. Run it once per distinct raw value.
#}
{% macro host_of(expr) %}
{%- set text = "lower(left(" ~ expr ~ ", 2048))" -%}
{%- set protocol = "^[[:space:]]*((https?|ftp|wss?):/+|//)?" -%}
{%- set without_protocol = "regexp_replace(" ~ text ~ ", '" ~ protocol ~ "', '')" -%}
{%- set authority = "split_part(split_part(split_part(" ~ without_protocol ~ ", '/', 1), '?', 1), '#', 1)" -%}
{#- The last @ ends the user info of a URL and the name of an e-mail; `Ann <ann@acme.com>` ends in >. -#}
{%- set host_and_port = "split_part(" ~ authority ~ ", '@', -1)" -%}
{%- set host = "regexp_replace(" ~ host_and_port ~ ", '[.]?(:[0-9]*)?>?[[:space:]]*$', '')" -%}
{#- A label is made of what ASCII allows in names (letters, digits, - and _) and of other letters. -#}
{%- set label = "[^[:cntrl:] -,./:-@[-^`{-~]{1,63}" -%}
{{ regexp_group(host, "'^(www[.])?((" ~ label ~ "[.])+" ~ label ~ ")$'", 2) }}
{%- endmacro %}
