{{ registry_rows(
    'signal_modifiers',
    key='modifier_id',
    columns={
        'modifier_id': 'varchar',
        'signal_name': 'varchar',
        'modifier': 'varchar',
        'points': 'integer',
        'threshold': 'double',
        'notes': 'varchar',
    },
) }}
