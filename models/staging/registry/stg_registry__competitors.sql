{{ registry_rows(
    'competitors',
    key='competitor',
    columns={
        'competitor': 'varchar',
        'enabled': 'boolean',
        'label': 'varchar',
        'pattern': 'varchar',
        'positioning': 'varchar',
        'notes': 'varchar',
    },
) }}
