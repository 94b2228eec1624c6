{{ collected(
    relations=[
        ref('stg_files__intent_accounts'),
        ref('stg_sixsense__segment_export'),
        ref('stg_sixsense__account_scores'),
        ref('stg_sixsense__salesforce_accounts'),
    ],
    columns=[
        'intent_account_id', 'account_domain', 'observed_on', 'product', 'intent_score',
        'buying_stage', 'profile_fit', 'profile_score', 'segments', 'topics', 'version_at',
        'known_at', 'loaded_at',
    ],
    key='intent_account_id',
) }}
