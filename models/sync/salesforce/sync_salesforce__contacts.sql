{{ sync_rows(
    'salesforce', 'Contact',
    desired=ref('int_salesforce_contacts_desired'),
    landed=ref('int_salesforce_contacts_landed'),
) }}
