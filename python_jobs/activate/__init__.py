"""What the warehouse knows, written back: a plan that one can read, approve, apply and undo."""
