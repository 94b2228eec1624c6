{{ staged_web_events(source('posthog', 'events')) }}
