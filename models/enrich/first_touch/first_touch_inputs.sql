with queue as (

    select
        *,
        coalesce({{ conversational_company('account_name') }}, {{ conversational_company('account_key') }}, 'your company') as company,
        {{ json_field(json_parse(json_to_text('evidence')), 'facts') }} as facts
    from {{ ref('activation_queue') }}

),

signals as (

    select * from {{ ref('stg_registry__signals') }}

),

angles as (

    select * from {{ ref('stg_registry__message_angles') }}
    where enabled

),

lanes as (

    select * from {{ ref('stg_registry__lanes') }}

),

rules as (

    select
        {{ json_array_agg(
            json_build({
                'rule': 'in_force.rule_id',
                'gate': 'in_force.gate',
                'kind': 'in_force.kind',
                'value': 'in_force.value',
            }),
            'in_force.rule_id',
        ) }} as rules
    from {{ ref('stg_registry__message_rules') }} as in_force
    where in_force.enabled

),

-- what she is called stays here: nobody needs it to write the rest. The plain sentences of an angle were approved,
-- so what they say may be said
subjects as (

    select
        queue.person_id || '|' || queue.signal_id as subject_key,
        queue.top_lane as lane,
        cast(null as varchar) as persona,
        queue.intent_stage,
        {{ json_build({
            'account': 'queue.company',
            'account_name': 'queue.account_name',
            'persona': 'queue.persona',
            'lane': "case when lanes.lane <> 'other' then lanes.label end",
            'angle': 'angles.angle',
            'angle_row': "'angle:' || angles.signal_name",
            'opening': "replace(angles.opening, '{company}', queue.company)",
            'call_to_action': "replace(angles.call_to_action, '{company}', queue.company)",
            'rules': 'rules.rules',
        }) }} as input,
        {{ as_json("'[' || " ~ json_to_text(json_build({
            'id': "'signal:' || queue.signal_id",
            'text': "signals.label || ' on ' || cast(queue.detected_at as varchar) || " ~ signal_details('queue.facts'),
        })) ~ " || ',' || " ~ json_to_text(json_build({
            'id': "'angle:' || angles.signal_name",
            'text': "replace(angles.opening || ' ' || angles.call_to_action, '{company}', queue.company)",
        })) ~ " || ']'") }} as evidence,
        cast(queue.detected_at as timestamp) as sort_at
    from queue
    inner join signals on queue.signal_name = signals.signal_name
    inner join angles on queue.signal_name = angles.signal_name
    left join lanes on queue.top_lane = lanes.lane
    cross join rules

),

final as (

    {{ task_inputs('first_touch') }}

)

select * from final
