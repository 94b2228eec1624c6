{{ registry_rows(
    'suppressions',
    key='suppression_id',
    columns={
        'suppression_id': 'varchar',
        'kind': 'varchar',
        'value': 'varchar',
        'reason': 'varchar',
        'approved_by': 'varchar',
        'approved_at': dbt.type_timestamp(),
        'valid_from': dbt.type_timestamp(),
        'valid_until': dbt.type_timestamp(),
        'notes': 'varchar',
    },
) }}
