"""The sequences that answer the signals: texts as plain files, made in Outreach on request."""
