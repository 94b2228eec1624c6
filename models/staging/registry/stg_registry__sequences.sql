{{ registry_rows(
    'sequences',
    key='sequence_key',
    columns={
        'sequence_key': 'varchar',
        'enabled': 'boolean',
        'outreach_sequence_name': 'varchar',
        'daily_capacity': 'integer',
        'notes': 'varchar',
    },
) }}
