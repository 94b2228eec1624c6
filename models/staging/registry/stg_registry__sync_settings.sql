{{ registry_rows(
    'sync_settings',
    key='setting_id',
    columns={
        'setting_id': 'varchar',
        'destination': 'varchar',
        'setting': 'varchar',
        'kind': 'varchar',
        'value': 'varchar',
        'notes': 'varchar',
    },
) }}
