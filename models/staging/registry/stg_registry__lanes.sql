{{ registry_rows(
    'lanes',
    key='lane',
    columns={
        'lane': 'varchar',
        'label': 'varchar',
        'sort_order': 'integer',
    },
) }}
