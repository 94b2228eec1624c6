{{ registry_rows(
    'message_rules',
    key='rule_id',
    columns={
        'rule_id': 'varchar',
        'enabled': 'boolean',
        'gate': 'varchar',
        'kind': 'varchar',
        'value': 'varchar',
        'reason': 'varchar',
    },
) }}
