"""Language work: what a model writes over rows of the warehouse, checked against those rows."""
