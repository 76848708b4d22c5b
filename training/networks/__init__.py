"""Training of the networks for depth, at a reduced width, on portraits of the built-in head."""
