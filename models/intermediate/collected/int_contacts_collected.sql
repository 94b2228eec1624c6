{{ collected(
    relations=crm_relations({
        'files': ref('stg_files__contacts'),
        'salesforce': ref('stg_salesforce__contacts'),
        'hubspot': ref('stg_hubspot__contacts'),
    }),
    columns=[
        'contact_id', 'email', 'first_name', 'last_name', 'title', 'account_id', 'phone',
        'linkedin_url', 'owner_id', 'distinct_id', 'is_opted_out', 'is_do_not_contact',
        'is_deleted', 'created_at', 'version_at', 'known_at', 'loaded_at',
    ],
    key='contact_id',
) }}
