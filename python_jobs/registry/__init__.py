"""Registries: behaviour as data. Shipped rows, and above them a journal of edits."""
