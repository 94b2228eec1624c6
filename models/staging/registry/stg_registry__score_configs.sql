{{ registry_rows(
    'score_configs',
    key='score_config_id',
    columns={
        'score_config_id': 'varchar',
        'status': 'varchar',
        'lambda_decay': 'double',
        'normalize_k': 'double',
        'cold_max': 'integer',
        'warm_max': 'integer',
        'surge_surging_min': 'double',
        'surge_exploding_min': 'double',
        'false_discovery_rate': 'double',
        'notes': 'varchar',
        'created_at': dbt.type_timestamp(),
    },
) }}
