{{ collected(
    relations=[
        ref('stg_files__product_events'),
        ref('stg_product_db__events'),
    ],
    columns=[
        'event_id', 'user_id', 'event_name', 'team_id', 'properties', 'occurred_at', 'known_at',
        'loaded_at',
    ],
) }}
