{{ config(materialized='table') }}

with sixsense_people as (

    select * from {{ ref('stg_sixsense__people') }}
    where is_current and not is_gone

),

sixsense_enriched as (

    select * from {{ ref('stg_sixsense__people_enrichment') }}
    where is_current

),

clay_enrichments as (

    select
        *,
        {{ json_field('result', var('clay_people_field')) }} as people
    from {{ ref('stg_clay__enrichments') }}
    where is_current

),

clay_people as (

    {{ json_array_rows('clay_enrichments', 'people') }}

),

account_keys as (

    select * from {{ ref('int_account_keys') }}

),

found as (

    select
        'sixsense' as source_name,
        1 as source_rank,
        'sixsense_people_id:' || coalesce(sixsense_people.sixsense_people_id, sixsense_enriched.sixsense_people_id)
            as found_id,
        coalesce(sixsense_people.account_domain, sixsense_enriched.account_domain) as account_domain,
        {{ clean_email('sixsense_enriched.email') }} as email,
        coalesce(sixsense_enriched.first_name, sixsense_people.first_name) as first_name,
        coalesce(sixsense_enriched.last_name, sixsense_people.last_name) as last_name,
        coalesce(sixsense_enriched.title, sixsense_people.title) as title,
        coalesce(sixsense_enriched.job_level, sixsense_people.job_level) as job_level,
        coalesce(sixsense_enriched.job_function, sixsense_people.job_function) as job_function,
        coalesce(sixsense_enriched.linkedin_url, sixsense_people.linkedin_url) as linkedin_url,
        coalesce(sixsense_people.has_email, false) as has_email_for_credit
    from sixsense_people
    full outer join sixsense_enriched on sixsense_people.sixsense_people_id = sixsense_enriched.sixsense_people_id
    union all
    select
        'clay',
        2,
        'clay:' || enrichment_id || ':' || cast(position as varchar),
        account_domain,
        {{ clean_email(json_text('element', 'email')) }},
        {{ json_text('element', 'first_name') }},
        {{ json_text('element', 'last_name') }},
        {{ json_text('element', 'title') }},
        {{ json_text('element', 'level') }},
        {{ json_text('element', 'function') }},
        {{ json_text('element', 'linkedin_url') }},
        false
    from clay_people

),

-- one row per address, and per person of whom none is known
final as (

    select
        found.source_name,
        found.found_id,
        account_keys.account_key,
        found.email,
        found.first_name,
        found.last_name,
        found.title,
        found.job_level,
        found.job_function,
        found.linkedin_url,
        found.has_email_for_credit
    from found
    left join account_keys on found.account_domain = account_keys.domain_reference
    qualify row_number() over (
        partition by coalesce(found.email, found.found_id) order by found.source_rank, found.found_id
    ) = 1

)

select * from final
