{{ staged_intent_accounts(source('files', 'intent_accounts')) }}
