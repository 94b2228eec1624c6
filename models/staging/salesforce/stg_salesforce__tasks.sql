with landed as (

    {{ landed(
        'salesforce', 'tasks',
        fields=[
            'WhoId', 'WhatId', 'AccountId', 'OwnerId', 'Subject', 'Type', 'Status', 'Priority', 'ActivityDate',
            'IsClosed', 'CreatedDate',
        ],
    ) }}

),

source as (

    {{ known_records('landed') }}

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
        known_at,
        loaded_at
    from source

)

select * from final
