"""What a result's folder and the files made of it are called. Standard library only, as the command line needs it."""

from __future__ import annotations

import os
import re

FACE_FILE = "face.json"
MESH_FILE = "mesh.npz"
FOLDER_SUFFIX = ".likeness"
BLEND_SUFFIX, GLB_SUFFIX, FBX_SUFFIX = ".blend", ".glb", ".fbx"
# What the command line puts beside a result.
BLEND_FILE, GLB_FILE, PREVIEW_FILE = f"face{BLEND_SUFFIX}", f"face{GLB_SUFFIX}", "preview.png"
LONGEST_NAME = 255  # bytes of a file's name, which the usual disks take
# Line ends and what moves a cursor; half characters, which stand for bytes that are no letters.
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def result_folder_name(stem: str) -> str:
    """The name of the result folder of a photo, cut where it would be longer than names can be.

    Blender takes a backslash for a slash, which is none in a name that holds one.
    """
    stem = stem.replace("\\", "_")
    while len(os.fsencode(stem + FOLDER_SUFFIX)) > LONGEST_NAME:
        stem = stem[:-1]
    return stem + FOLDER_SUFFIX


def readable(text: str) -> str:
    """A text with names of files in it as Blender takes and a line holds it; names may be any bytes."""
    return _NO_TEXT.sub("?", text)
