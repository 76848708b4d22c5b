"""The skin's own colours in UV space."""
