with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from (
        {{ landed(
            'salesforce', 'tasks',
            fields=[
                'WhoId', 'WhatId', 'AccountId', 'OwnerId', 'Subject', 'Type', 'Status', 'Priority', 'ActivityDate',
                'IsClosed', 'CreatedDate',
            ],
        ) }}
    ) as records

),

final as (

    select
        record_id as task_id,
        {{ json_text('payload', 'WhoId') }} as who_id,
        {{ json_text('payload', 'WhatId') }} as what_id,
        {{ json_text('payload', 'AccountId') }} as account_id,
        {{ json_text('payload', 'OwnerId') }} as owner_id,
        {{ json_text('payload', 'Subject') }} as subject,
        {{ json_text('payload', 'Type') }} as task_type,
        {{ json_text('payload', 'Status') }} as task_status,
        {{ json_text('payload', 'Priority') }} as priority,
        {{ json_date('payload', 'ActivityDate') }} as due_date,
        coalesce({{ json_boolean('payload', 'IsClosed') }}, false) as is_closed,
        coalesce({{ json_boolean('payload', 'IsDeleted') }}, false) as is_deleted,
        {{ json_utc('payload', 'CreatedDate') }} as created_at,
        version_at,
        version_known_at as known_at,
        loaded_at
    from source
    where {{ is_known_by_as_of('version_known_at') }}

)

select * from final
