{{ collected(
    relations=[
        ref('stg_files__lead_requests'),
        ref('stg_salesforce__lead_requests'),
    ],
    columns=[
        'lead_request_id', 'occurred_at', 'request_type', 'email', 'first_name', 'last_name',
        'company_name', 'website', 'phone', 'message', 'lead_score', 'distinct_id', 'event_id',
        'crm_lead_id', 'crm_task_id', 'version_at', 'known_at', 'loaded_at',
    ],
    key='lead_request_id',
) }}
