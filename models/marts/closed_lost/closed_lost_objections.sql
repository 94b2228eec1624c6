with lost_deals as (

    select * from {{ ref('int_closed_deals') }}
    where not is_won

),

answered as (

    select * from {{ ref('closed_lost_deals') }}

),

deal_categories as (

    select * from {{ ref('int_closed_lost_categories') }}

),

categories as (

    select * from {{ ref('stg_registry__objection_categories') }}

),

listened_for as (

    select * from categories
    where kind = 'objection'
        and enabled

),

-- every lost deal is in one row: under what it was lost for, or under why nobody can tell; one whose category is
-- listened for no more is to be read again
primary_reasons as (

    select
        case
            when listened_for.category is not null then listened_for.category
            when answered.opportunity_id is not null and answered.objection_category is null then 'none_heard'
            when lost_deals.transcribed_call_count > 0 then 'not_read_yet'
            else 'no_calls'
        end as category,
        count(*) as primary_deal_count,
        sum(lost_deals.opportunity_amount) as lost_amount
    from lost_deals
    left join answered on lost_deals.opportunity_id = answered.opportunity_id
    left join listened_for on answered.objection_category = listened_for.category
    group by 1

),

raised as (

    select
        category,
        count(*) as raised_deal_count
    from deal_categories
    group by 1

),

every_category as (

    select
        category,
        label,
        response,
        messaging,
        call_to_action,
        true as is_objection
    from listened_for
    where exists (select * from lost_deals)
    union all
    select
        category,
        case category
            when 'none_heard' then 'No objection was heard'
            when 'not_read_yet' then 'Not read yet'
            else 'No recorded call'
        end as label,
        cast(null as varchar) as response,
        cast(null as varchar) as messaging,
        cast(null as varchar) as call_to_action,
        false as is_objection
    from primary_reasons
    where category in ('none_heard', 'not_read_yet', 'no_calls')

),

counted as (

    select
        every_category.*,
        coalesce(primary_reasons.primary_deal_count, 0) as primary_deal_count,
        coalesce(raised.raised_deal_count, 0) as raised_deal_count,
        coalesce(primary_reasons.lost_amount, 0) as lost_amount,
        sum(case when every_category.is_objection then primary_reasons.primary_deal_count end) over () as told_deal_count
    from every_category
    left join primary_reasons on every_category.category = primary_reasons.category
    left join raised on every_category.category = raised.category

),

final as (

    select
        category,

        label,
        response,
        messaging,
        call_to_action,

        case when is_objection then cast(row_number() over (
            partition by is_objection order by primary_deal_count desc, lost_amount desc, raised_deal_count desc, category
        ) as integer) end as objection_rank,
        cast(primary_deal_count as integer) as primary_deal_count,
        cast(raised_deal_count as integer) as raised_deal_count,
        case when is_objection then cast(primary_deal_count as double) / nullif(told_deal_count, 0) end as primary_rate,
        cast(lost_amount as double) as lost_amount,

        is_objection
    from counted

)

select * from final
