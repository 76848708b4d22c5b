"""Draw the built-in model's expressions in clay: ``python docs/pictures_expressions.py`` (needs bpy and Pillow).

Writes ``docs/images/builtin_expressions.png``: the neutral face, every symmetric expression, the left one of every
pair, and a few mixtures, each at slider 1.0 from the front and from the subject's left.
"""

from __future__ import annotations

import argparse
import math
import re
import tempfile
from pathlib import Path

import bpy
import numpy as np
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.geometry.faces import NO_CORNER
from PIL import Image, ImageDraw

OUTPUT = Path(__file__).parent / "images" / "builtin_expressions.png"
TILE, LABEL, COLUMNS, VIEWS = 150, 14, 6, (0, 38)  # pixels, pixels, and degrees to the subject's left
CLAY, CAVITY, BACKGROUND = (0.62, 0.47, 0.4), (0.13, 0.04, 0.04), (58, 58, 60)  # linear RGB; 8 bit
MIXTURES = {
    "jawOpen + mouthClose": {"jawOpen": 1, "mouthClose": 1},
    "smile": {"mouthSmile": 1, "cheekSquint": 0.5},
    "laugh": {"mouthSmile": 1, "jawOpen": 0.45, "eyeSquint": 0.8, "cheekSquint": 0.6},
    "asleep": {"eyeBlink": 1},
    "sad": {"mouthFrown": 0.9, "browInnerUp": 1},
    "angry": {"browDown": 1, "noseSneer": 0.7, "mouthPress": 0.8},
    "surprised": {"browInnerUp": 0.8, "browOuterUp": 0.8, "eyeWide": 1, "jawOpen": 0.4},
    "disgusted": {"noseSneer": 1, "mouthUpperUp": 0.6, "browDown": 0.6, "eyeSquint": 0.7, "mouthFrown": 0.4},
    "kissing": {"mouthPucker": 1, "eyeBlink": 0.7},
    "winking": {"eyeBlinkLeft": 1, "cheekSquintLeft": 0.7, "mouthSmileLeft": 0.8, "mouthSmileRight": 0.3},
}


def shapes(model: FaceModel) -> dict[str, np.ndarray]:
    """Vertices (V, 3) by title."""
    found = {"neutral": model.shape()}
    for index, name in enumerate(model.expression_names):
        if not name.endswith("Right"):
            found[name] = model.shape(expression=np.eye(len(model.expression_names))[index])
    for title, mixture in MIXTURES.items():
        values = [mixture.get(n, mixture.get(re.sub("(Left|Right)$", "", n), 0.0)) for n in model.expression_names]
        found[title] = model.shape(expression=np.array(values))
    return found


def to_blender(vertices: np.ndarray) -> np.ndarray:
    """Model space (Y up) to Blender's (Z up)."""
    return np.ascontiguousarray(vertices[:, [0, 2, 1]] * [1, -1, 1], dtype=np.float32)


def vertex_colors(model: FaceModel) -> np.ndarray:
    """Linear RGBA (V, 4): clay, a dark mouth, and eyes as the model paints them, so that one sees where they look."""
    colors = np.tile(np.float32((*CLAY, 1)), (len(model.mean), 1))
    colors[:, :3] += model.region("mouth_interior")[:, None] * (np.subtract(CAVITY, CLAY))
    for part in ("eye_left", "eye_right"):
        ids = model.part_vertices(part)
        colors[ids, :3] = model.albedo_mean[ids]
    return colors


def build_scene(model: FaceModel) -> bpy.types.Mesh:
    """The model in an empty scene, lit and shaded as clay."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    mesh = bpy.data.meshes.new("face")
    mesh.from_pydata(to_blender(model.mean), [], [[c for c in f if c != NO_CORNER] for f in model.faces.tolist()])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(model.faces), dtype=bool))
    colors = mesh.color_attributes.new("color", "FLOAT_COLOR", "POINT")
    colors.data.foreach_set("color", np.ascontiguousarray(vertex_colors(model), dtype=np.float32).ravel())
    scene.collection.objects.link(bpy.data.objects.new("face", mesh))
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(scene.camera)
    scene.camera.data.type = "ORTHO"
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.resolution_x = scene.render.resolution_y = TILE
    scene.render.film_transparent = True
    scene.display.render_aa = "16"
    scene.display.shading.color_type = "VERTEX"
    scene.display.shading.show_cavity = True
    scene.display.shading.show_specular_highlight = False
    return mesh


def render(mesh: bpy.types.Mesh, vertices: np.ndarray, view: int, path: Path) -> Image.Image:
    """One tile of the vertices (V, 3), from ``view`` degrees to the subject's left."""
    points, scene = to_blender(vertices), bpy.context.scene
    mesh.vertices.foreach_set("co", points.ravel())
    mesh.update()
    middle, angle = np.array([0.0, 0.005, -0.037]), math.radians(view)
    scene.camera.location = middle + np.array([math.sin(angle), -math.cos(angle), 0]) * 0.6
    scene.camera.rotation_euler = (math.pi / 2, 0, angle)
    scene.camera.data.ortho_scale = 0.215
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    tile = Image.new("RGB", (TILE, TILE), BACKGROUND)
    picture = Image.open(path)
    tile.paste(picture, mask=picture.getchannel("A"))
    return tile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    output = parser.parse_args().output
    model = load_model("builtin")
    faces, mesh = shapes(model), build_scene(model)
    width, height = TILE * len(VIEWS), TILE + LABEL
    sheet = Image.new("RGB", (COLUMNS * width, -(-len(faces) // COLUMNS) * height), BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    with tempfile.TemporaryDirectory() as folder:
        for index, (title, vertices) in enumerate(faces.items()):
            x, y = index % COLUMNS * width, index // COLUMNS * height
            for place, view in enumerate(VIEWS):
                sheet.paste(render(mesh, vertices, view, Path(folder) / "tile.png"), (x + place * TILE, y + LABEL))
            draw.text((x + 6, y + 2), title, fill=(235, 235, 235))
    output.parent.mkdir(exist_ok=True)
    sheet.quantize(128).save(output, optimize=True)


if __name__ == "__main__":
    main()
