{{ registry_rows(
    'objection_categories',
    key='category',
    columns={
        'category': 'varchar',
        'enabled': 'boolean',
        'kind': 'varchar',
        'label': 'varchar',
        'pattern': 'varchar',
        'weight': 'integer',
        'response': 'varchar',
        'messaging': 'varchar',
        'call_to_action': 'varchar',
        'notes': 'varchar',
    },
) }}
