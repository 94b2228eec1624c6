{{ top_labels_7d('top_pages_7d', label='page_path', condition="event_name = 'page_view' and page_path is not null") }}
