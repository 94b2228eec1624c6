{{ registry_rows(
    'identity_rules',
    key='rule',
    columns={
        'rule': 'varchar',
        'enabled': 'boolean',
        'confidence': 'double',
        'allows_two_addresses': 'boolean',
        'label': 'varchar',
        'notes': 'varchar',
    },
) }}
