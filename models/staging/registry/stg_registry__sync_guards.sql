{{ registry_rows(
    'sync_guards',
    key='guard_id',
    columns={
        'guard_id': 'varchar',
        'guard': 'varchar',
        'destination': 'varchar',
        'entity': 'varchar',
        'enabled': 'boolean',
        'limit_value': 'double',
        'at_least': 'integer',
        'notes': 'varchar',
    },
) }}
