{{ staged_product_events(source('product_db', 'events')) }}
