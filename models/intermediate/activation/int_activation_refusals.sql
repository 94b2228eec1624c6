{{ config(materialized='table') }}

{#-
  When each rule refuses, what it says of it ({detail} in the registry's sentence), the facts it rests on,
  and the first day on which it can pass where it tells one; else the registry's retry_days.
-#}
{%- set deals = {
    'won_opportunity_count': 'won_opportunity_count',
    'open_opportunity_count': 'open_opportunity_count',
    'lost_opportunity_count': 'lost_opportunity_count',
} -%}
{%- set rules = {
    'nobody_fits': {
        'when': 'person_id is null',
        'facts': {'account_key': 'account_key'},
    },
    'no_email': {
        'when': 'person_id is not null and email is null',
        'detail': "case when has_email_for_credit then ' (6sense would tell one for a credit)' else '' end",
        'facts': {'has_email_for_credit': 'has_email_for_credit'},
    },
    'personal_mail': {
        'when': 'is_personal_mail',
        'detail': email_domain('email'),
        'facts': {'email_domain': email_domain('email')},
    },
    'do_not_contact': {
        'when': 'is_do_not_contact',
        'facts': {'is_do_not_contact': 'is_do_not_contact'},
    },
    'opted_out': {
        'when': 'opted_out_by is not null',
        'detail': 'opted_out_by',
        'facts': {'opted_out_by': 'opted_out_by'},
    },
    'bounced': {
        'when': 'bounced_on is not null',
        'detail': 'cast(bounced_on as varchar)',
        'facts': {'bounced_on': 'cast(bounced_on as varchar)'},
    },
    'suppressed': {
        'when': 'suppression_id is not null',
        'detail': 'suppression_reason',
        'facts': {
            'suppression_id': 'suppression_id',
            'kind': 'suppression_kind',
            'valid_until': 'cast(suppressed_until as varchar)',
        },
        'retry_on': add_days('suppressed_until', 1),
    },
    'paying_customer': {
        'when': 'won_opportunity_count > 0',
        'detail': "cast(won_opportunity_count as varchar) || ' won'",
        'facts': deals,
    },
    'open_deal_after_loss': {
        'when': 'open_opportunity_count > 0 and lost_opportunity_count > 0',
        'detail': "cast(lost_opportunity_count as varchar) || ' lost, ' || cast(open_opportunity_count as varchar) || ' open'",
        'facts': deals,
    },
    'open_opportunity': {
        'when': 'open_opportunity_count > 0',
        'detail': "cast(open_opportunity_count as varchar) || ' open'",
        'facts': deals,
    },
    'in_sequence': {
        'when': 'active_state is not null',
        'detail': "active_state || ' since ' || cast(active_since as varchar)",
        'facts': {
            'sequence_id': 'active_sequence_id',
            'state': 'active_state',
            'enrolled_on': 'cast(active_since as varchar)',
        },
    },
    'sequence_done_before': {
        'when': 'in_this_sequence_on is not null and active_sequence_id is distinct from outreach_sequence_id',
        'detail': "'from ' || cast(in_this_sequence_on as varchar)",
        'facts': {
            'sequence_id': 'outreach_sequence_id',
            'enrolled_on': 'cast(in_this_sequence_on as varchar)',
        },
    },
    'person_cool_down': {
        'when': days_between('last_touched_on', as_of_date()) ~ ' < limit_value',
        'detail': 'cast(last_touched_on as varchar)',
        'facts': {'last_touched_on': 'cast(last_touched_on as varchar)'},
        'retry_on': add_days('last_touched_on', 'limit_value'),
    },
    'no_sequence': {
        'when': 'sequence_closed_by is not null',
        'detail': 'sequence_closed_by',
        'facts': {'sequence_key': 'sequence_key', 'outreach_sequence_name': 'outreach_sequence_name'},
    },
    'no_mailbox': {
        'when': 'person_id is not null and mailbox_id is null',
        'detail': "case when crm_owner_id is null then ' (nobody owns the account)' else '' end",
        'facts': {'crm_owner_id': 'crm_owner_id'},
    },
} %}

with candidates as (

    select * from {{ ref('int_activation_candidates') }}

),

candidate_mailboxes as (

    select * from {{ ref('int_activation_candidate_mailboxes') }}

),

suppressions as (

    select * from {{ ref('int_activation_suppressions') }}

),

active_enrolments as (

    select * from {{ ref('int_outreach_enrolments') }}
    where state in ('active', 'pending', 'paused')
    qualify row_number() over (partition by person_id order by enrolled_on desc, sequence_id) = 1

),

registry as (

    select * from {{ ref('stg_registry__eligibility_rules') }}
    where enabled

),

facts as (

    select
        candidates.*,
        candidate_mailboxes.mailbox_id,
        suppressions.suppression_id,
        suppressions.kind as suppression_kind,
        suppressions.reason as suppression_reason,
        suppressions.valid_until as suppressed_until,
        active_enrolments.sequence_id as active_sequence_id,
        active_enrolments.state as active_state,
        active_enrolments.enrolled_on as active_since
    from candidates
    left join candidate_mailboxes on candidates.candidate_id = candidate_mailboxes.candidate_id
    left join suppressions on candidates.candidate_id = suppressions.candidate_id
    left join active_enrolments on candidates.person_id = active_enrolments.person_id

),

refusals as (
    {%- for rule, terms in rules.items() %}

    select
        facts.candidate_id,
        facts.valid_until,
        registry.rule,
        registry.rule_order,
        registry.retry_days,
        replace(registry.sentence, '{limit}', coalesce(cast(registry.limit_value as varchar), '')) as sentence,
        {{ terms.get('detail', "''") }} as detail,
        {{ json_to_text(json_build(terms['facts'])) }} as evidence,
        cast({{ terms.get('retry_on', 'null') }} as date) as retry_day
    from facts
    cross join registry
    where registry.rule = '{{ rule }}'
        and {{ terms['when'] }}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    {{ refusal_rows('refusals') }}

)

select * from final
