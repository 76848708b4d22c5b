"""Pictures of a result without Blender."""
