{{ registry_rows(
    'personas',
    key='persona',
    columns={
        'persona': 'varchar',
        'enabled': 'boolean',
        'label': 'varchar',
        'level_pattern': 'varchar',
        'function_pattern': 'varchar',
        'except_pattern': 'varchar',
        'seniority_order': 'integer',
        'relevance_order': 'integer',
        'notes': 'varchar',
    },
) }}
