{{ sync_rows(
    'outreach', 'sequenceState',
    desired=ref('int_outreach_sequence_states_desired'),
    landed=ref('int_outreach_sequence_states_landed'),
    made_by='enrol',
    obstructed_by='skip',
) }}
