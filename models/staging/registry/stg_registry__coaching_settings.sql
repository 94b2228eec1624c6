{{ registry_rows(
    'coaching_settings',
    key='setting',
    columns={
        'setting': 'varchar',
        'setting_value': 'double',
        'label': 'varchar',
    },
) }}
