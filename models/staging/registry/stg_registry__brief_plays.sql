{{ registry_rows(
    'brief_plays',
    key='play_id',
    columns={
        'play_id': 'varchar',
        'enabled': 'boolean',
        'section': 'varchar',
        'statement_kind': 'varchar',
        'row_kind': 'varchar',
        'row_subject': 'varchar',
        'priority': 'integer',
        'text': 'varchar',
    },
) }}
