{{ registry_rows(
    'key_events',
    key='key',
    columns={
        'key': 'varchar',
        'label': 'varchar',
        'event_name': 'varchar',
        'content_type': 'varchar',
        'cta_id': 'varchar',
        'sort_order': 'integer',
    },
) }}
