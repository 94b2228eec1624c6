{{ registry_rows(
    'account_aliases',
    key='alias_domain',
    columns={
        'alias_domain': 'varchar',
        'account_key': 'varchar',
        'note': 'varchar',
    },
) }}
