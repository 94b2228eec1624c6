{{ config(materialized='table') }}

with hosts as (
    select distinct host from {{ ref('int_domain_references') }}
),

final as (
    {{ registrable_domains('hosts') | indent(4) }}
)

select * from final
