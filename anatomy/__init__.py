"""The words of a face that every floor shares: expressions, parts, joints, regions, landmarks. NumPy at most."""
