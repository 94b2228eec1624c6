{{ sync_rows(
    'salesforce', 'Account',
    desired=ref('int_salesforce_accounts_desired'),
    landed=ref('int_salesforce_accounts_landed'),
    values_in_reason=true,
) }}
