{{ registry_rows(
    'account_parents',
    key='account_key',
    columns={
        'account_key': 'varchar',
        'parent_account_key': 'varchar',
        'note': 'varchar',
    },
) }}
