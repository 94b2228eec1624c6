with overrides as (

    select * from {{ ref('stg_registry__identity_overrides') }}
    where enabled and {{ is_known_by_as_of('decided_at') }}

),

-- either side may be written first
final as (

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

)

select * from final
