"""Photo to Reconstruction: torch, never bpy."""
