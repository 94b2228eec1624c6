{{ registry_rows(
    'coaching_measures',
    key='measure',
    columns={
        'measure': 'varchar',
        'enabled': 'boolean',
        'weight': 'double',
        'poor_value': 'double',
        'good_value': 'double',
        'coach_at': 'double',
        'label': 'varchar',
        'advice': 'varchar',
        'notes': 'varchar',
    },
) }}
