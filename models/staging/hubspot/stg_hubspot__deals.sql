with stages as (

    select *
    from {{ ref('stg_hubspot__deal_stages') }}

),

source as (

    {{ known_records(source('hubspot', 'deals'), {
        'properties': json_field('payload', 'properties'),
        'companies': json_field(json_field('payload', 'associations'), 'companies'),
    }) }}

),

company_rows as (

    {{ json_array_rows('source', 'companies') }}

),

-- the primary company stands first
primary_companies as (

    select
        record_id,
        version_at,
        {{ json_text('element', 'id') }} as account_id
    from company_rows
    where position = 0

),

deals as (

    select
        source.record_id as opportunity_id,
        primary_companies.account_id,
        {{ json_text('properties', 'dealname') }} as opportunity_name,
        {{ json_text('properties', 'pipeline') }} as pipeline_id,
        {{ json_text('properties', 'dealstage') }} as stage_id,
        {{ json_number('properties', 'amount') }} as opportunity_amount,
        -- a day; HubSpot writes it as ISO text or as milliseconds since 1970
        coalesce(
            {{ json_date('properties', 'closedate') }},
            cast({{ json_epoch_ms('properties', 'closedate') }} as date)
        ) as close_date,
        {{ json_text('properties', 'closed_lost_reason') }} as loss_reason,
        {{ json_text('properties', 'hubspot_owner_id') }} as owner_id,
        coalesce({{ json_boolean('payload', 'archived') }}, false) as is_deleted,
        {{ json_utc('payload', 'createdAt') }} as created_at,
        source.version_at,
        source.known_at,
        source.loaded_at
    from source
    left join primary_companies
        on source.record_id = primary_companies.record_id
        and source.version_at = primary_companies.version_at

),

final as (

    select
        deals.opportunity_id,
        deals.account_id,
        deals.opportunity_name,
        -- what was archived is no open deal, and none that was won
        case when deals.is_deleted then 'Deleted' else coalesce(stages.stage_name, deals.stage_id) end as stage_name,
        deals.opportunity_amount,
        -- won is what its pipeline calls closed with probability 1, whatever the stage's name
        coalesce(stages.is_closed, false) or deals.is_deleted as is_closed,
        coalesce(stages.is_won, false) and not deals.is_deleted as is_won,
        deals.close_date,
        deals.loss_reason,
        deals.owner_id,
        deals.pipeline_id,
        deals.is_deleted,
        deals.created_at,
        deals.version_at,
        deals.known_at,
        deals.loaded_at
    from deals
    left join stages
        on deals.pipeline_id = stages.pipeline_id
        and deals.stage_id = stages.stage_id

)

select * from final
