{%- set figures = {
    'window_months': 'integer',
    'part_characters': 'integer',
    'alert_amount': 'double',
    'alert_days': 'integer',
    'top_objections': 'integer',
    'quotes_per_objection': 'integer',
    'segment_min_deals': 'integer',
    'segment_z': 'double',
    'suppression_days': 'integer',
    'change_min_deals': 'integer',
    'proposal_rest_days': 'integer',
    'currency': 'varchar',
} -%}
select
    {%- for setting, type in figures.items() %}
    max(case when setting = '{{ setting }}' then
        {{ 'value' if type == 'varchar' else 'try_cast(value as ' ~ type ~ ')' }} end) as {{ setting }}
        {{- ',' if not loop.last }}
    {%- endfor %}
from {{ ref('stg_registry__closed_lost_settings') }}
