with rows_found as (

    select * from {{ ref('account_brief_score_rows') }}
    union all
    select * from {{ ref('account_brief_activity_rows') }}
    union all
    select * from {{ ref('account_brief_relation_rows') }}

),

ranked as (

    select
        *,
        row_number() over (partition by account_key, kind order by weight desc, evidence_id) as kind_rank
    from rows_found

),

final as (

    select
        account_key,
        evidence_id,
        kind,
        subject,
        label,
        text,
        source_table,
        source_key,
        is_behaviour,
        cast(row_number() over (
            partition by account_key order by is_behaviour desc, weight desc, evidence_id
        ) as integer) as row_rank
    from ranked
    where kind_rank <= {{ var('brief_rows_per_kind') }}

)

select * from final
