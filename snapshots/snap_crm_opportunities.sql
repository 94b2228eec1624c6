{% snapshot snap_crm_opportunities %}

{{
    config(
        unique_key='opportunity_id',
        strategy='timestamp',
        updated_at='version_at',
    )
}}

select
    opportunity_id,
    account_id,
    opportunity_name,
    stage_name,
    opportunity_amount,
    is_closed,
    is_won,
    close_date,
    loss_reason,
    owner_id,
    created_at,
    version_at
from {{ ref('int_opportunities_collected') }}
where is_current

{% endsnapshot %}
