{{ registry_rows(
    'score_weights',
    key='score_weight_id',
    columns={
        'score_weight_id': 'varchar',
        'score_config_id': 'varchar',
        'event_name': 'varchar',
        'content_type': 'varchar',
        'cta_id': 'varchar',
        'weight': 'double',
    },
) }}
