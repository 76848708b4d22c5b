"""Likeness: one photo becomes a rigged, textured, detailed 3D face inside Blender."""
