{{ staged_product_users(source('files', 'product_users')) }}
