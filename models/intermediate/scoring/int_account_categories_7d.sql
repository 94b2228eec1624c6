{{ top_labels_7d('top_categories_7d', label='content_type') }}
