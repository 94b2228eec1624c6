{{ registry_rows(
    'event_rules',
    key='rule_id',
    columns={
        'rule_id': 'varchar',
        'enabled': 'boolean',
        'priority': 'integer',
        'event_name': 'varchar',
        'match_type': 'varchar',
        'match_value': 'varchar',
        'content_type': 'varchar',
        'lane': 'varchar',
        'weight_override': 'double',
        'score_config_id': 'varchar',
        'notes': 'varchar',
    },
) }}
