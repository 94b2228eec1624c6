{{ sync_rows(
    'salesforce', 'Task',
    desired=ref('int_salesforce_tasks_desired'),
) }}
