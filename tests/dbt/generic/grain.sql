{#
What one row of a model is, in one query: fails for every `key` that more than one row has or that is
not whole, and where a column of `not_null` is empty. `problem` says which.
#}
{% test grain(model, key, not_null=[]) %}
select
    {{ key | join(', ') }},
    count(*) as row_count,
    case when count(*) > 1 then 'several rows; ' else '' end
    {%- for column in key + not_null %}
    || case when count({{ column }}) < count(*) then 'no {{ column }}; ' else '' end
    {%- endfor %} as problem
from {{ model }}
group by {{ key | join(', ') }}
having count(*) > 1
    {%- for column in key + not_null %}
    or count({{ column }}) < count(*)
    {%- endfor %}
{% endtest %}
