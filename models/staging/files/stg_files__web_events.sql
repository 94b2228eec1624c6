{{ staged_web_events(source('files', 'web_events')) }}
