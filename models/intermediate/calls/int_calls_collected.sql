with gong_calls as (

    select * from {{ ref('stg_gong__calls') }}

),

gong_users as (

    select * from {{ ref('stg_gong__users') }}

),

file_calls as (

    select * from {{ ref('stg_files__calls') }}

),

collected as (

    select
        gong_calls.call_id,
        'gong' as source_name,
        gong_calls.title,
        gong_calls.direction,
        gong_calls.call_language,
        gong_calls.url,
        gong_calls.primary_user_id as rep_id,
        nullif({{ trimmed("coalesce(gong_users.first_name, '') || ' ' || coalesce(gong_users.last_name, '')") }}, '') as rep_name,
        gong_users.email as rep_email,
        cast(null as varchar) as account_domain,
        -- what is said in a private call is not handed on; that it was held is
        case when not coalesce(gong_calls.is_private, false) then gong_calls.brief end as brief,
        gong_calls.duration_seconds,
        coalesce(gong_calls.is_private, false) as is_private,
        gong_calls.started_at,
        gong_calls.version_at,
        gong_calls.known_at,
        gong_calls.loaded_at
    from gong_calls
    left join gong_users on gong_calls.primary_user_id = gong_users.user_id
    union all
    select
        call_id,
        'files',
        title,
        direction,
        call_language,
        url,
        rep_id,
        rep_name,
        rep_email,
        account_domain,
        brief,
        duration_seconds,
        false,
        started_at,
        version_at,
        known_at,
        loaded_at
    from file_calls

),

final as (

    select * from collected
    qualify row_number() over (partition by call_id order by source_name desc) = 1

)

select * from final
