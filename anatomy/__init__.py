"""The words of a face that every floor shares: names of expressions, landmark sets. NumPy at most."""
