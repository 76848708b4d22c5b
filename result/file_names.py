"""What a result's folder and the files made of it are called. Standard library only, as the command line needs it."""

from __future__ import annotations

FACE_FILE = "face.json"
FOLDER_SUFFIX = ".likeness"
BLEND_SUFFIX, GLB_SUFFIX, FBX_SUFFIX = ".blend", ".glb", ".fbx"
# What the command line puts beside a result.
BLEND_FILE, GLB_FILE, PREVIEW_FILE = f"face{BLEND_SUFFIX}", f"face{GLB_SUFFIX}", "preview.png"
