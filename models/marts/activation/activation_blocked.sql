with refusals as (

    select * from {{ ref('int_activation_refusals') }}
    union all
    select * from {{ ref('int_activation_rank_refusals') }}

),

candidates as (

    select * from {{ ref('int_activation_candidates') }}

),

final as (

    select
        md5(refusals.candidate_id || '|' || refusals.rule) as blocked_id,
        {{ as_of_date() }} as queue_date,
        candidates.person_id,
        candidates.account_key,
        candidates.signal_id,

        candidates.signal_name,
        candidates.strength,
        refusals.rule,
        refusals.reason,
        {{ as_json('refusals.evidence') }} as evidence,

        row_number() over (partition by refusals.candidate_id order by refusals.rule_order) = 1 as is_first,

        refusals.retry_on
    from refusals
    inner join candidates on refusals.candidate_id = candidates.candidate_id

)

select * from final
