{{ staged_product_events(source('files', 'product_events')) }}
