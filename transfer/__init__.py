"""A result as the same face of another model."""
