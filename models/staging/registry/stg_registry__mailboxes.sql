{{ registry_rows(
    'mailboxes',
    key='mailbox_email',
    columns={
        'mailbox_email': 'varchar',
        'enabled': 'boolean',
        'is_default': 'boolean',
        'daily_capacity': 'integer',
        'crm_owner_id': 'varchar',
        'notes': 'varchar',
    },
) }}
