with source as (

    select
        *,
        coalesce(known_at, version_at) as version_known_at
    from (
        {{ landed(
            'salesforce', 'opportunities',
            fields=[
                'AccountId', 'Name', 'StageName', 'Amount', 'Probability', 'CloseDate', 'Type', 'IsClosed', 'IsWon',
                'OwnerId', 'CreatedDate', salesforce_field('opportunity_loss_reason'),
            ],
        ) }}
    ) as records

),

final as (

    select
        record_id as opportunity_id,
        {{ json_text('payload', 'AccountId') }} as account_id,
        {{ json_text('payload', 'Name') }} as opportunity_name,
        {{ json_text('payload', 'Type') }} as opportunity_type,
        {{ json_text('payload', 'StageName') }} as stage_name,
        {{ json_number('payload', 'Amount') }} as opportunity_amount,
        {{ json_number('payload', 'Probability') }} / 100 as win_probability,
        {{ json_date('payload', 'CloseDate') }} as close_date,
        {{ json_text('payload', salesforce_field('opportunity_loss_reason')) }} as loss_reason,
        {{ json_text('payload', 'OwnerId') }} as owner_id,
        coalesce({{ json_boolean('payload', 'IsClosed') }}, false) as is_closed,
        coalesce({{ json_boolean('payload', 'IsWon') }}, false) as is_won,
        coalesce({{ json_boolean('payload', 'IsDeleted') }}, false) as is_deleted,
        {{ json_utc('payload', 'CreatedDate') }} as created_at,
        version_at,
        version_known_at as known_at,
        loaded_at
    from source

)

select * from final
