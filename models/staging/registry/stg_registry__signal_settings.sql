{{ registry_rows(
    'signal_settings',
    key='setting_id',
    columns={
        'setting_id': 'varchar',
        'signal_name': 'varchar',
        'setting': 'varchar',
        'kind': 'varchar',
        'value': 'varchar',
        'notes': 'varchar',
    },
) }}
