"""What is done when: declared in schedules.toml, done by the product's own commands."""
