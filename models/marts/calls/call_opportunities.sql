select * from {{ ref('int_call_opportunities') }}
