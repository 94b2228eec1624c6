"""Stand-ins for the outside: a generated company world, and what is built over it."""
