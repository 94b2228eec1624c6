with landed as (

    {{ landed(
        'salesforce', 'opportunity_history',
        fields=[
            'OpportunityId', 'StageName', 'Amount', 'CloseDate', 'Probability', 'ForecastCategory', 'CreatedById',
        ],
        version_from='CreatedDate',
    ) }}

),

source as (

    {{ known_records('landed') }}

),

final as (

    select
        record_id as opportunity_history_id,
        {{ json_text('payload', 'OpportunityId') }} as opportunity_id,
        {{ json_text('payload', 'StageName') }} as stage_name,
        {{ json_number('payload', 'Amount') }} as opportunity_amount,
        {{ json_number('payload', 'Probability') }} / 100 as win_probability,
        {{ json_text('payload', 'ForecastCategory') }} as forecast_category,
        {{ json_date('payload', 'CloseDate') }} as close_date,
        {{ json_text('payload', 'CreatedById') }} as changed_by_id,
        version_at,
        known_at,
        loaded_at
    from source

)

select * from final
