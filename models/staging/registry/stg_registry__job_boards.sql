{{ registry_rows(
    'job_boards',
    key='board_id',
    columns={
        'board_id': 'varchar',
        'enabled': 'boolean',
        'provider': 'varchar',
        'board': 'varchar',
        'account_domain': 'varchar',
        'company_name': 'varchar',
    },
) }}
