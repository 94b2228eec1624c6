"""``gtm demo``: a company world, loaded, built, explained and written back, in one command."""
