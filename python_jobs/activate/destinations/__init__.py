"""The destinations. A new one is a module here, with a ``Destination``, and one line below."""
