"""Make all pictures of the built-in head: ``python docs/pictures.py`` writes ``docs/images/head_*.jpg``.

Needs bpy for the close-ups and, for the comparison, ICT-FaceKit (``likeness models get ict``). Some names of pictures
on the command line make those alone.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from likeness.anatomy.parts import PartName
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.inference.preview.studio import subject_of
from model_faces import View, expressed, face_of, picture, save, sheet, wires
from pictures_cycles import close_ups, hair

# The identities: six of the thirty leading modes at two sigma either way; the colour is drawn at random.
IDENTITIES, LEADING, FAR = 20, 30, 6
MOUTH = ("jaw", "mouth", "tongue")  # beginnings of the names of keys
CORRECTS = {"mouthClose": "jawOpen"}  # keys that are made for another one's


def identities() -> None:
    """Twenty faces, front and three-quarter."""
    model, rng, tiles, captions = load_model("builtin"), np.random.default_rng(10), [], []
    views = [View(yaw, target=(0, -0.02, -0.01), across=0.25, size=(110, 132)) for yaw in (0, 40)]
    for number in range(IDENTITIES):
        identity = np.zeros(LEADING)
        identity[rng.choice(LEADING, FAR, replace=False)] = 2.0 * rng.choice([-1, 1], FAR)
        face = face_of(model, identity, rng.standard_normal(len(model.albedo_basis)))
        subject = subject_of(face)
        tiles.append(np.hstack([picture(subject, face.mesh.vertices, view) for view in views]))
        captions.append(str(number + 1))
    save(sheet(tiles, 5, captions), "head_identities.jpg")


def keys() -> None:
    """Every key at 1, front and three-quarter, in two sheets."""
    face = face_of(load_model("builtin"))
    subject = subject_of(face)
    views = [View(yaw, target=(0, -0.037, 0.03), across=0.165, size=(110, 116)) for yaw in (0, 38)]
    names = face.mesh.shape_key_names
    groups = {
        "head_keys_mouth.jpg": [name for name in names if name.startswith(MOUTH)],
        "head_keys_face.jpg": ["neutral", *(name for name in names if not name.startswith(MOUTH))],
    }
    for file, group in groups.items():
        shapes = [expressed(face, **dict.fromkeys((name, CORRECTS.get(name, name)), 1.0)) for name in group]
        tiles = [np.hstack([picture(subject, shape, view) for view in views]) for shape in shapes]
        captions = [f"{name} + {CORRECTS[name]}" if name in CORRECTS else name for name in group]
        save(sheet(tiles, 5, captions), file)


def cage() -> None:
    """The cage's edges, front, three-quarter and side, and near the eye, the mouth and the ear."""
    model = load_model("builtin")
    assert model.cage is not None
    seen = ~np.isin(model.face_parts[::4], [model.part_names.index(n) for n in (PartName.LASHES, PartName.TEAR_LINE)])
    vertices, faces = model.mean[: model.cage.count].astype(np.float64), model.cage.faces[seen]
    size = (360, 430)
    whole = [View(yaw, target=(0, -0.025, -0.01), size=size) for yaw in (0, 40, 90)]
    near = [
        View(8, target=_middle(model, PartName.EYE_LEFT), across=0.075, size=size),
        View(20, target=(0, -0.055, 0.085), across=0.09, size=size),
        View(75, target=_ear(model), across=0.1, size=size),
    ]
    save(sheet([wires(faces, vertices, view) for view in [*whole, *near]], 3), "head_cage.jpg")


def beside_ict() -> None:
    """The built-in head above ICT-FaceKit's."""
    models, tiles = [load_model("builtin"), load_model("ict")], []
    for model in models:
        face = face_of(model)
        subject = subject_of(face)
        size = (220, 264)
        shift = model.dense_points(model.mean)[168] - models[0].dense_points(models[0].mean)[168]
        at = np.array(View(0).target) + shift
        ear, lips = np.array(_ear(models[0])) + shift, np.array([0, -0.06, 0.09]) + shift
        laugh = expressed(face, mouthSmile=1.0, jawOpen=0.5)
        tiles += [picture(subject, face.mesh.vertices, View(yaw, 3, at, 0.29, size), clay=True) for yaw in (0, 90)]
        tiles.append(picture(subject, face.mesh.vertices, View(75, 0, ear, 0.09, size), clay=True))
        tiles.append(picture(subject, laugh, View(25, 0, lips, 0.12, size)))
        cage = model.cage
        tiles.append(wires(model.faces if cage is None else cage.faces, model.mean, View(35, 3, at, 0.29, size)))
    save(sheet(tiles, 5), "head_beside_ict.jpg")


def _middle(model: FaceModel, part: str) -> tuple[float, ...]:
    points = model.mean[model.part_vertices(part)]
    return tuple(float(x) for x in (points.max(axis=0) + points.min(axis=0)) / 2)


def _ear(model: FaceModel) -> tuple[float, ...]:
    """The middle of the left ear: where the head is widest, without the shoulders."""
    skin = model.mean[model.part_vertices(PartName.SKIN)]
    head = skin[skin[:, 1] > -0.1]
    return tuple(float(x) for x in head[head[:, 0] > head[:, 0].max() - 0.012].mean(axis=0))


PICTURES = {p.__name__: p for p in (identities, keys, cage, beside_ict, close_ups, hair)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="*", metavar="PICTURE", help=", ".join(PICTURES))
    for name in parser.parse_args().pictures or PICTURES:
        start = time.monotonic()
        PICTURES[name]()
        print(f"{name}: {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
