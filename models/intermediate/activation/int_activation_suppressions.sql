{#- What each kind of suppression is compared with, and whose rows have it. -#}
{%- set kinds = {
    'account': ('candidates', 'candidates.account_key = suppressions.value'),
    'domain': (
        'addresses',
        "right('.' || " ~ email_domain('addresses.email') ~ ", length(suppressions.value) + 1) = '.' || suppressions.value",
    ),
    'email': ('addresses', 'addresses.email = suppressions.value'),
    'industry': ('candidates', 'lower(candidates.industry) = suppressions.value'),
    'segment': ('candidates', is_listed('suppressions.value', 'candidates.sixsense_segments')),
} -%}
with candidates as (

    select * from {{ ref('int_activation_candidates') }}

),

-- every address of hers, whichever she would be written to
addresses as (

    select
        candidate_id,
        email
    from candidates
    where email is not null
    union
    select
        candidates.candidate_id,
        identities.identity_value
    from candidates
    inner join {{ ref('int_person_identities') }} as identities
        on candidates.person_id = identities.person_id
        and identities.identity_type = 'email'

),

-- approved and in force by the day of contact, the one after the as-of day; an account's alias stands for the account
suppressions as (

    select
        registry.suppression_id,
        registry.kind,
        coalesce(aliases.account_key, lower({{ trimmed('registry.value') }})) as value,
        registry.reason,
        cast(registry.valid_until as date) as valid_until
    from {{ ref('stg_registry__suppressions') }} as registry
    left join {{ ref('stg_registry__account_aliases') }} as aliases
        on registry.kind = 'account'
        and lower({{ trimmed('registry.value') }}) = aliases.alias_domain
    where registry.approved_by is not null
        and coalesce(cast(registry.approved_at as date) <= {{ add_days(as_of_date(), 1) }}, true)
        and coalesce(cast(registry.valid_from as date) <= {{ add_days(as_of_date(), 1) }}, true)
        and coalesce(cast(registry.valid_until as date) >= {{ as_of_date() }}, true)

),

matches as (
    {%- for kind, (relation, condition) in kinds.items() %}

    select
        {{ relation }}.candidate_id,
        suppressions.suppression_id,
        suppressions.kind,
        suppressions.reason,
        suppressions.valid_until
    from {{ relation }}
    inner join suppressions on suppressions.kind = '{{ kind }}' and {{ condition }}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

-- of several the one that holds longest
final as (

    select
        candidate_id,
        suppression_id,
        kind,
        reason,
        valid_until
    from matches
    qualify row_number() over (
        partition by candidate_id order by valid_until desc nulls first, suppression_id
    ) = 1

)

select * from final
