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
        lower(title) as title_lower
    from job_postings
    qualify row_number() over (partition by posting_id order by known_on, version_at desc) = 1

),

role_matches as (

    select
        first_versions.*,
        job_roles.job_role
    from first_versions
    inner join job_roles on {{ regexp_found('first_versions.title_lower', 'job_roles.title_pattern') }}
    qualify row_number() over (
        partition by first_versions.posting_id order by job_roles.sort_order, job_roles.job_role
    ) = 1

),

final as (

    select
        role_matches.posting_id,
        account_keys.account_key,
        role_matches.job_role,
        role_matches.title,
        role_matches.title_lower,
        lower(role_matches.description) as description_lower,
        role_matches.url,
        coalesce(role_matches.posted_at, role_matches.observed_at) as posted_at,
        cast(coalesce(role_matches.posted_at, role_matches.observed_at) as date) as posted_on,
        role_matches.known_on,
        role_matches.loaded_at
    from role_matches
    inner join account_keys on role_matches.account_domain = account_keys.domain_reference

)

select * from final
