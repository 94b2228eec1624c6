{{ staged_product_users(source('product_db', 'users')) }}
