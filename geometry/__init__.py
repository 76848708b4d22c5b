"""Geometry of meshes that knows nothing of faces: NumPy and SciPy."""
