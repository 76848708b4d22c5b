"""The bridge between Blender and the process that computes: protocol, client, worker, environment. No bpy in here."""
