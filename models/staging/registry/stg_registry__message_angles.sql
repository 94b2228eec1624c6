{{ registry_rows(
    'message_angles',
    key='signal_name',
    columns={
        'signal_name': 'varchar',
        'enabled': 'boolean',
        'angle': 'varchar',
        'opening': 'varchar',
        'call_to_action': 'varchar',
    },
) }}
