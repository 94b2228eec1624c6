with source as (

    {{ known_records(source('job_boards', 'postings'), {
        'posting': json_field('payload', 'posting'),
        'lists': json_field(json_field('payload', 'posting'), 'lists'),
    }) }}

),

list_rows as (

    {{ json_array_rows('source', 'lists') }}

),

-- what is asked of people and what they will do, which Lever keeps apart from the description
listed as (

    select
        record_id,
        version_at,
        {{ plain_text(json_array_text(
            json_array_agg(
                "coalesce(" ~ json_text('element', 'text') ~ ", '') || ' ' || coalesce(" ~ json_text('element', 'content') ~ ", '')",
                'position'
            ), ' '
        )) }} as list_text
    from list_rows
    group by record_id, version_at

),

final as (

    select
        source.record_id as posting_id,
        coalesce({{ json_text('posting', 'title') }}, {{ json_text('posting', 'text') }}) as title,
        {{ json_text('payload', 'company_name') }} as company_name,
        {{ json_text('payload', 'account_domain') }} as account_domain,
        coalesce(
            {{ json_text('posting', 'department') }},
            {{ json_text(json_field('posting', 'categories'), 'department') }},
            {{ json_text(json_item(json_field('posting', 'departments'), 0), 'name') }}
        ) as department,
        coalesce(
            {{ json_text(json_field('posting', 'categories'), 'location') }},
            {{ json_text(json_field('posting', 'location'), 'name') }},
            {{ json_text('posting', 'location') }}
        ) as location,
        -- text from outside: read as data, never as markup or instruction
        coalesce(
            {{ trimmed(
                json_text('posting', 'descriptionPlain') ~ " || coalesce(' ' || listed.list_text, '') || coalesce(' ' || "
                ~ json_text('posting', 'additionalPlain') ~ ", '')"
            ) }},
            {{ plain_text(json_text('posting', 'content')) }}
        ) as description,
        coalesce(
            {{ json_text('posting', 'absolute_url') }},
            {{ json_text('posting', 'hostedUrl') }},
            {{ json_text('posting', 'jobUrl') }}
        ) as url,
        coalesce(
            {{ json_utc('posting', 'first_published') }},
            {{ json_epoch_ms('posting', 'createdAt') }},
            {{ json_utc('posting', 'publishedAt') }}
        ) as posted_at,
        source.version_at as observed_at,
        case when {{ json_boolean('payload', 'is_gone') }} then source.version_at end as closed_at,
        source.version_at,
        known_at,
        loaded_at
    from source
    left join listed on source.record_id = listed.record_id and source.version_at = listed.version_at

)

select * from final
