{{ sync_rows(
    'outreach', 'prospect',
    desired=ref('int_outreach_prospects_desired'),
    landed=ref('int_outreach_prospects_landed'),
) }}
