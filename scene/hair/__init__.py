"""Hair of Blender's own curves on a face's scalp."""
