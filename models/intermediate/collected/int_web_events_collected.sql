{{ collected(
    relations=[
        ref('stg_files__web_events'),
        ref('stg_posthog__events'),
    ],
    columns=[
        'event_id', 'distinct_id', 'anon_distinct_id', 'event_name', 'content_type', 'lane', 'cta_id',
        'path', 'declared_account_key', 'account_domain', 'email', 'user_agent', 'occurred_at',
        'known_at', 'known_on', 'loaded_at',
    ],
) }}
