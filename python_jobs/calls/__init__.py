"""Reading calls: search by words and by meaning, one call's analysis, a seller's coaching plan."""
