with overrides as (

    select * from {{ ref('stg_registry__identity_overrides') }}
    where enabled and {{ is_known_by_as_of('decided_at') }}

),

-- either side may be written first
sides as (

    {%- for one, other in [('identity', 'other_identity'), ('other_identity', 'identity')] %}
    select
        override_id,
        action,
        split_part({{ one }}, ':', 1) as identity_type,
        substr({{ one }}, length(split_part({{ one }}, ':', 1)) + 2) as identity_value,
        split_part({{ other }}, ':', 1) as other_identity_type,
        substr({{ other }}, length(split_part({{ other }}, ':', 1)) + 2) as other_identity_value
    from overrides
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        override_id,
        action,
        identity_type,
        case when identity_type = 'crm_id' then {{ crm_id18('identity_value') }} else identity_value end as identity_value,
        other_identity_type,
        case
            when other_identity_type = 'crm_id' then {{ crm_id18('other_identity_value') }}
            else other_identity_value
        end as other_identity_value
    from sides

)

select * from final
