"""Wrinkles that come and go with expressions: where they lie, how deep they are, what of them the photo shows."""
