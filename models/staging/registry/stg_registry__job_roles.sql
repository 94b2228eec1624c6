{{ registry_rows(
    'job_roles',
    key='job_role',
    columns={
        'job_role': 'varchar',
        'enabled': 'boolean',
        'label': 'varchar',
        'title_pattern': 'varchar',
        'sort_order': 'integer',
    },
) }}
