"""The expression of a face, told by its shape keys."""
