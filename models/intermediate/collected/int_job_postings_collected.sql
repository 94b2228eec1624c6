{{ collected(
    relations=[
        ref('stg_files__job_postings'),
        ref('stg_job_boards__postings'),
    ],
    columns=[
        'posting_id', 'title', 'company_name', 'account_domain', 'department', 'location',
        'description', 'url', 'posted_at', 'observed_at', 'closed_at', 'version_at', 'known_at',
        'loaded_at',
    ],
    key='posting_id',
) }}
