"""`Reconstruction`: what crosses from computing to Blender. NumPy and the standard library, but for encoding images."""
