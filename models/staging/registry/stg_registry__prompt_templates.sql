{{ registry_rows(
    'prompt_templates',
    key='template_id',
    columns={
        'template_id': 'varchar',
        'task': 'varchar',
        'lane': 'varchar',
        'persona': 'varchar',
        'intent_stage': 'varchar',
        'version': 'integer',
        'enabled': 'boolean',
        'system_prompt': 'varchar',
        'user_prompt': 'varchar',
        'max_words': 'integer',
    },
) }}
