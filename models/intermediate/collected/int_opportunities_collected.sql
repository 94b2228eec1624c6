{{ collected(
    relations=crm_relations({
        'files': ref('stg_files__opportunities'),
        'salesforce': ref('stg_salesforce__opportunity_versions'),
        'hubspot': ref('stg_hubspot__deals'),
    }),
    columns=[
        'opportunity_id', 'account_id', 'opportunity_name', 'stage_name', 'opportunity_amount',
        'is_closed', 'is_won', 'is_deleted', 'close_date', 'loss_reason', 'owner_id', 'created_at',
        'version_at', 'known_at', 'loaded_at',
    ],
    key='opportunity_id',
) }}
