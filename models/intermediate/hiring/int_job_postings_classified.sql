with job_postings as (

    select
        *,
        cast(known_at as date) as known_on
    from {{ ref('int_job_postings_collected') }}

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

job_roles as (

    select * from {{ ref('stg_registry__job_roles') }}
    where enabled

),

-- a posting as it was when it was first known; the texts come from outside and are only matched
first_versions as (

    select
        *,
        lower(title) as title_lower,
        cast(coalesce(posted_at, observed_at) as date) as posted_on,
        min(known_on) over () as collected_from
    from job_postings
    qualify row_number() over (partition by posting_id order by known_on, version_at desc) = 1

),

account_postings as (

    select
        first_versions.*,
        account_keys.account_key,
        min(first_versions.known_on) over (partition by account_keys.account_key) as account_collected_from
    from first_versions
    inner join account_keys on first_versions.account_domain = account_keys.domain_reference

),

role_matches as (

    select
        account_postings.*,
        job_roles.job_role
    from account_postings
    inner join job_roles on {{ regexp_found('account_postings.title_lower', 'job_roles.title_pattern') }}
    qualify row_number() over (
        partition by account_postings.posting_id order by job_roles.sort_order, job_roles.job_role
    ) = 1

),

final as (

    select
        posting_id,
        account_key,
        job_role,
        title,
        title_lower,
        lower(description) as description_lower,
        coalesce(posted_at, observed_at) as posted_at,
        posted_on,
        known_on,
        greatest(known_on, posted_on) as arrived_on,
        collected_from,
        account_collected_from,
        loaded_at
    from role_matches

)

select * from final
