{#
Refusals in the one shape all of them have, from a relation with candidate_id, valid_until (of the signal), rule,
rule_order, retry_days, sentence, detail, evidence and retry_day (where the rule tells it): the reason as a sentence,
and the day to try again. A day on which the signal is no longer valid is none.
#}
{% macro refusal_rows(relation) %}
select
    candidate_id,
    rule,
    rule_order,
    replace(sentence, '{detail}', coalesce(detail, '')) as reason,
    evidence,
    case when retry_on <= valid_until then retry_on end as retry_on
from (
    select
        *,
        coalesce(retry_day, {{ add_days(as_of_date(), 'retry_days') }}) as retry_on
    from {{ relation }}
) as dated
{% endmacro %}
