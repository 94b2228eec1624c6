{{ registry_rows(
    'sentiment_phrases',
    key='phrase',
    columns={
        'phrase': 'varchar',
        'enabled': 'boolean',
        'weight': 'double',
        'notes': 'varchar',
    },
) }}
