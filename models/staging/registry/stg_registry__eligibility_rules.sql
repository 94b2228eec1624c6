{{ registry_rows(
    'eligibility_rules',
    key='rule',
    columns={
        'rule': 'varchar',
        'enabled': 'boolean',
        'rule_order': 'integer',
        'limit_value': 'integer',
        'retry_days': 'integer',
        'sentence': 'varchar',
        'notes': 'varchar',
    },
) }}
