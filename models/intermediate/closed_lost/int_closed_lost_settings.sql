{{ settings_row(ref('stg_registry__closed_lost_settings'), settings={
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
}) }}
