"""The images of a face: packed, shown, baked again."""
