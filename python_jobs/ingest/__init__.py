"""Landing records in schema ``raw``: what an entity looks like, and how its rows get there."""
