{#
The versions of records as periods of days: the CTE `version_periods`. Out of a relation with versions
(key, version_at, known_at) it makes one row per record and span of days on whose ends that version was
the latest one known, known_from included and known_until not; with every column of the relation. A
version that became known after a newer one never was the latest.
#}
{% macro version_periods(relation, key) %}
known_versions as (

    select
        *,
        cast(known_at as date) as known_from
    from {{ relation }}
    qualify row_number() over (partition by {{ key }}, cast(known_at as date) order by version_at desc) = 1

),

latest_versions as (

    select * from known_versions
    qualify version_at >= max(version_at) over (
        partition by {{ key }} order by known_from rows between unbounded preceding and current row
    )

),

version_periods as (

    select
        *,
        coalesce(
            lead(known_from) over (partition by {{ key }} order by known_from),
            {{ sql_date('9999-12-31') }}
        ) as known_until
    from latest_versions

)
{% endmacro %}
