{{ staged_intent_accounts(source('sixsense', 'segment_export')) }}
