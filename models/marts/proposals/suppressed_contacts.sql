{{
    config(
        materialized='incremental',
        incremental_strategy='overwrite_as_of_day',
        unique_key='queue_date',
    )
}}

-- the queue is made anew each day; what a suppression held back is kept here, a day whole, also where nobody was
with blocked as (

    select * from {{ ref('activation_blocked') }}

),

reasons as (

    select
        *,
        count(*) over (
            partition by coalesce(person_id, ''), coalesce(account_key, ''), signal_id
        ) as reason_count
    from blocked

),

final as (

    select
        blocked_id,
        queue_date,
        person_id,
        account_key,
        signal_id,

        {{ json_text(json_parse(json_to_text('evidence')), 'suppression_id') }} as suppression_id,
        signal_name,

        reason_count = 1 as is_only_reason
    from reasons
    where rule = 'suppressed'

)

select * from final
