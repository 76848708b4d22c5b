"""Geometry of meshes that knows nothing of faces, and the curves that pictures need: NumPy and SciPy."""
