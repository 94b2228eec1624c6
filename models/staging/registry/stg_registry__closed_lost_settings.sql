{{ registry_rows(
    'closed_lost_settings',
    key='setting',
    columns={
        'setting': 'varchar',
        'kind': 'varchar',
        'value': 'varchar',
        'notes': 'varchar',
    },
) }}
