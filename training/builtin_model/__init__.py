"""The making of the built-in face model: measurements of known heads, then `make`."""
