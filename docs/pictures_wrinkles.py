"""A clip of wrinkles that follow the expression: ``python docs/pictures_wrinkles.py [--stills] [FOLDER]``.

Renders 48 frames, neutral, smile, frown, raised brows, of the face of a result folder or, without one, of the demo's
photo. Writes the clip to ``build/wrinkles.webp``, all frames to ``build/wrinkles.jpg``, and six of them to
``docs/images/wrinkles.jpg``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path

import bpy
import numpy as np
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.scene.building.build import build_face
from model_faces import View, save, sheet
from numpy.typing import NDArray
from pictures_cycles import camera_of, open_studio, rendered
from PIL import Image
from skimage import data

BUILD = Path(__file__).resolve().parent.parent / "build"
FRAMES, PER_SECOND = 48, 12
VIEW = View(-20, 3, target=(-0.011, -0.008, 0.075), across=0.175, size=(360, 430))
SAMPLES = 20
SMILE = {"mouthSmileLeft": 0.95, "mouthSmileRight": 0.95, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5}
FROWN = {"browDownLeft": 1.0, "browDownRight": 1.0, "eyeSquintLeft": 0.4, "eyeSquintRight": 0.4}
BROWS = {"browInnerUp": 1.0, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0}
# Frame -> expression; each is held for some frames.
EXPRESSIONS = {1: {}, 9: SMILE, 13: SMILE, 18: {}, 24: FROWN, 28: FROWN, 33: {}, 40: BROWS, 45: BROWS, FRAMES + 1: {}}
STILLS = {1: "neutral", 5: "half a smile", 11: "smile", 26: "frown", 36: "brows half raised", 43: "brows raised"}


def clip(folder: Path, frames: Iterable[int]) -> dict[int, NDArray[np.uint8]]:
    """Frames of the face of a result folder, by number."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    face = build_face(folder)
    face.parent.pose.bones["head"].matrix_basis.identity()
    open_studio()
    scene = bpy.context.scene
    scene.camera, scene.cycles.samples = camera_of(VIEW), SAMPLES
    scene.render.resolution_x, scene.render.resolution_y = VIEW.size
    _animate(face)
    shots = {}
    with tempfile.TemporaryDirectory() as pictures:
        for frame in frames:
            scene.frame_set(frame)
            shots[frame] = rendered(Path(pictures) / "frame.png")
    return shots


def _animate(face: bpy.types.Object) -> None:
    """Key the sliders that any of the expressions moves, and rest the others."""
    used = {name for values in EXPRESSIONS.values() for name in values}
    for key in face.data.shape_keys.key_blocks[1:]:
        key.value = 0.0
        for frame, values in EXPRESSIONS.items() if key.name in used else ():
            key.value = values.get(key.name, 0.0)
            key.keyframe_insert("value", frame=frame)


def main() -> None:
    """Make the clip and the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="a result folder")
    parser.add_argument("--stills", action="store_true", help="the six pictures of the documentation alone")
    asked = parser.parse_args()
    folder = asked.folder
    with tempfile.TemporaryDirectory() as made:
        if folder is None:
            folder = Path(made) / "face.likeness"
            Image.fromarray(data.astronaut()).save(Path(made) / "photo.png")
            reconstruct(Path(made) / "photo.png", PipelineOptions(texture_size=2048)).save(folder)
        shots = clip(folder, STILLS if asked.stills else range(1, FRAMES + 1))
    save(sheet([shots[frame] for frame in STILLS], len(STILLS) // 2, list(STILLS.values())), "wrinkles.jpg")
    if asked.stills:
        return
    BUILD.mkdir(exist_ok=True)
    frames = [Image.fromarray(shot) for shot in shots.values()]
    frames[0].save(
        BUILD / "wrinkles.webp", save_all=True, append_images=frames[1:], duration=1000 // PER_SECOND, loop=0
    )
    sheet(list(shots.values()), 8).save(BUILD / "wrinkles.jpg", quality=84)


if __name__ == "__main__":
    main()
