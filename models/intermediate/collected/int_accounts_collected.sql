{{ collected(
    relations=crm_relations({
        'files': ref('stg_files__accounts'),
        'salesforce': ref('stg_salesforce__accounts'),
        'hubspot': ref('stg_hubspot__companies'),
    }),
    columns=[
        'account_id', 'account_name', 'website', 'domain', 'parent_account_id', 'industry',
        'naics', 'employee_count', 'annual_revenue_amount', 'country', 'state', 'city',
        'account_type', 'owner_id', 'is_deleted', 'created_at', 'version_at', 'known_at', 'loaded_at',
    ],
    key='account_id',
) }}
