"""One photo becomes a glTF file: the face with its texture, its rig and a morph target for each expression.

    python photo_to_gltf.py portrait.jpg face.glb

Needs Blender's Python module: pip install bpy.
"""

import argparse
import tempfile
from pathlib import Path

import bpy
import likeness
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export import export_glb

parser = argparse.ArgumentParser(description="One photo becomes a glTF file.")
parser.add_argument("photo", type=Path, help="a picture file with a face")
parser.add_argument("out", type=Path, help="the .glb file to write")
parser.add_argument("--quality", choices=("draft", "final"), default="final", help="draft: the shape alone, quickly")
arguments = parser.parse_args()

reconstruction = likeness.reconstruct(arguments.photo, likeness.PipelineOptions(quality=arguments.quality))
bpy.ops.wm.read_factory_settings(use_empty=True)
with tempfile.TemporaryDirectory() as folder:
    reconstruction.save(folder)  # Blender builds its scene from a result folder
    export_glb(arguments.out, build_face(Path(folder), arguments.photo.stem))
