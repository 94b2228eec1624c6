{{ registry_rows(
    'identity_overrides',
    key='override_id',
    columns={
        'override_id': 'varchar',
        'enabled': 'boolean',
        'action': 'varchar',
        'identity': 'varchar',
        'other_identity': 'varchar',
        'decided_at': 'timestamp',
        'notes': 'varchar',
    },
) }}
