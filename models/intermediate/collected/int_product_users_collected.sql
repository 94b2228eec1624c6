{{ collected(
    relations=[
        ref('stg_files__product_users'),
        ref('stg_product_db__users'),
    ],
    columns=[
        'user_id', 'email', 'first_name', 'last_name', 'distinct_id', 'account_domain',
        'company_name', 'company_size', 'industry', 'plan', 'created_at', 'version_at',
        'known_at', 'loaded_at',
    ],
    key='user_id',
) }}
