{{ registry_rows(
    'redactions',
    key='redaction_id',
    columns={
        'redaction_id': 'varchar',
        'enabled': 'boolean',
        'task': 'varchar',
        'pattern': 'varchar',
        'replacement': 'varchar',
        'notes': 'varchar',
    },
) }}
