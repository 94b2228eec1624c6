{{ registry_rows(
    'signals',
    key='signal_name',
    columns={
        'signal_name': 'varchar',
        'enabled': 'boolean',
        'label': 'varchar',
        'base_strength': 'integer',
        'cool_down_days': 'integer',
        'valid_days': 'integer',
        'sequence_key': 'varchar',
        'notes': 'varchar',
    },
) }}
