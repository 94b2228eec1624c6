{{ sync_rows(
    'salesforce', 'Lead',
    desired=ref('int_salesforce_leads_desired'),
) }}
