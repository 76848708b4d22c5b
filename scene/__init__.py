"""From a reconstruction folder to a face in Blender."""
