with source as (

    {{ known_records(source('files', 'opportunities'), {
        'is_deleted': 'coalesce(' ~ json_boolean('payload', 'is_deleted') ~ ', false)',
    }) }}

),

final as (

    select
        {{ crm_id18('record_id') }} as opportunity_id,
        {{ crm_id18(json_text('payload', 'account_id')) }} as account_id,
        {{ json_text('payload', 'name') }} as opportunity_name,
        -- what was deleted is no open deal, and none that was won
        case when is_deleted then 'Deleted' else {{ json_text('payload', 'stage_name') }} end as stage_name,
        {{ json_number('payload', 'amount') }} as opportunity_amount,
        {{ json_boolean('payload', 'is_closed') }} or is_deleted as is_closed,
        {{ json_boolean('payload', 'is_won') }} and not is_deleted as is_won,
        is_deleted,
        {{ json_date('payload', 'close_date') }} as close_date,
        {{ json_text('payload', 'loss_reason') }} as loss_reason,
        {{ crm_id18(json_text('payload', 'owner_id')) }} as owner_id,
        {{ json_timestamp('payload', 'created_at') }} as created_at,
        version_at,
        known_at,
        loaded_at
    from source
    -- one export may write an id with 15 characters, the next with 18
    qualify row_number() over (
        partition by {{ crm_id18('record_id') }}, version_at order by loaded_at desc, record_id desc
    ) = 1

)

select * from final
