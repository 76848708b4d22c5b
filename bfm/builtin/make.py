"""Make the built-in face model: ``python -m likeness.bfm.builtin.make`` writes ``bfm/builtin/model.npz``.

Everything follows from ``measured_landmarks.npz`` (statistics of measured landmarks, see ``training``) and the formulae
of this package; no geometry of another model. Deterministic. Vertex i < 468 is dense landmark i.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arkit import ARKIT_NAMES, ARKIT_RANGE
from ..face_model import NO_CORNER, FaceModel, save_face_model
from ..landmarks import DENSE_COUNT, DENSE_FACE_COUNT, INNER_LIP_LOOP, LEFT_IRIS, RIGHT_IRIS, dense_to_ibug68
from .expressions import EXPRESSION_STD, expression_basis
from .eyes import RADIUS, Eyeball, make_eyeball
from .identity import identity_modes
from .muscles import FaceGeometry
from .paint import albedo_modes, eye_color, skin_color
from .regions import REGION_NAMES, skin_regions
from .skeleton import JOINT_NAMES, JOINT_PARENTS, jaw_share, joint_regressor, skin_weights
from .subdivision import mirror_subdivided, subdivide
from .surface import FLIP, LEVELS, Layout, Surface, build_surface, place_base, place_control, symmetric
from .topology import MOUTH, ControlMesh, base_mirror, build_control_mesh
from .unwrap import CORNER_RADIUS, LEFT_EYE_CHART, RIGHT_EYE_CHART, unwrap

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

HERE = Path(__file__).parent
MEASURED = HERE / "measured_landmarks.npz"
MODEL = HERE / "model.npz"
PART_NAMES = ("skin", "mouth", "eye_left", "eye_right")
SOURCE = (
    "Made by the Likeness project: landmark topology of MediaPipe (Apache-2.0), landmark statistics measured on renders "
    "of random ICT-FaceKit heads (MIT, Copyright (c) 2020 USC Institute for Creative Technologies)"
)


@dataclass(frozen=True)
class Build:
    """The mean face in pieces and joined. V vertices: skin and mouth bag (S), left eyeball, right eyeball."""

    mesh: ControlMesh
    layout: Layout
    surface: Surface
    eyeball: Eyeball
    vertices: Floats  # (V, 3)
    faces: Ints  # (F, 4)
    mirror: Ints  # (V,)
    eyes: tuple[Ints, Ints]  # vertex ids, left, right

    @property
    def eye_centres(self) -> Floats:
        """(2, 3) left, right."""
        return self.layout.eye_centres[::-1]


def build_mean(measured: dict[str, Floats]) -> Build:
    """The mean face from measured landmarks (``mean``, ``skirt_mean``)."""
    base, iris = place_base(measured["mean"], measured["skirt_mean"])
    mesh = build_control_mesh(base[:DENSE_FACE_COUNT])
    layout = place_control(mesh, base, iris)
    surface, ball = build_surface(mesh, layout), make_eyeball()
    skin, size = len(surface.vertices), len(ball.vertices)
    eyes = (skin + np.arange(size), skin + size + np.arange(size))
    mirror = np.concatenate([mirror_subdivided(mesh.faces, mesh.mirror, LEVELS), eyes[1][ball.mirror], eyes[0][ball.mirror]])
    right, left = layout.eye_centres
    vertices = np.concatenate([surface.vertices, ball.vertices + left, ball.vertices + right])
    faces = np.concatenate([surface.faces, *(_shifted(ball.faces, ids[0]) for ids in eyes)])
    return Build(mesh, layout, surface, ball, symmetric(vertices, mirror), faces, mirror, eyes)


def _shifted(faces: Ints, offset: int) -> Ints:
    return np.where(faces == NO_CORNER, NO_CORNER, faces + offset).astype(np.int32)


def identity_basis(build: Build, measured: dict[str, Floats]) -> Floats:
    """Modes (I, V, 3): base modes carried by the surface; eyeballs shift whole, and what touches them stays on them."""
    modes = np.concatenate([measured["modes"][:, :DENSE_FACE_COUNT], _flat_rings(measured["skirt_modes"])], axis=1)
    base, _ = identity_modes(build.layout.base, base_mirror(), modes)
    skin = np.einsum("vb,ibd->ivd", build.surface.matrix, base, optimize=True)
    centres = np.einsum("eb,ibd->ied", build.layout.eye_follow, base)
    for side, rings in enumerate((build.mesh.lid_right, build.mesh.lid_left)):
        _ride(skin, build, rings, side, centres[:, side])
    size = len(build.eyeball.vertices)
    balls = [np.repeat(centres[:, None, side], size, axis=1) for side in (1, 0)]
    whole = np.concatenate([skin, *balls], axis=1)
    mirrored = whole[:, build.mirror] * FLIP
    parity = np.where((whole * mirrored).sum(axis=(1, 2)) >= 0, 1.0, -1.0)[:, None, None]
    return (whole + parity * mirrored) / 2


def _ride(skin: Floats, build: Build, rings: Ints, side: int, centre: Floats) -> None:
    """Let the lids' hidden strips keep their distance from the eyeball: no motion along its normal but its own."""
    strip = np.zeros(build.mesh.count)
    strip[rings] = 1.0
    weight = np.clip(build.surface.control @ strip, 0, 1)
    ids = np.flatnonzero(weight > 0)
    ids = ids[ids >= DENSE_FACE_COUNT]
    out = build.surface.vertices[ids] - build.layout.eye_centres[side]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    relative = skin[:, ids] - centre[:, None]
    along = (relative * out).sum(axis=2, keepdims=True)
    skin[:, ids] -= weight[ids, None] * along * out


def _flat_rings(rings: Floats) -> Floats:
    return rings.reshape(len(rings), -1, 3)


def regions(build: Build) -> dict[str, Floats]:
    """Weights (V,) by name."""
    found = skin_regions(build.mesh, build.surface.vertices, build.surface.control)
    whole = {}
    for name in REGION_NAMES:
        weights = np.concatenate([found[name], np.full(2 * len(build.eyeball.vertices), float(name == "eyes"))])
        whole[name] = (weights + weights[build.mirror]) / 2
    return whole


def albedo(build: Build, weights: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Mean (V, 3) and modes (A, V, 3), linear RGB, exactly mirror symmetric."""
    skin = len(build.surface.vertices)
    lips_depth = float(build.layout.base[list(INNER_LIP_LOOP[4:7]), 2].mean())
    on_skin = {name: w[:skin] for name, w in weights.items()}
    eye = eye_color(build.eyeball.vertices)
    mean = np.concatenate([skin_color(build.vertices[:skin], on_skin, lips_depth), eye, eye])
    mean = (mean + mean[build.mirror]) / 2
    tinted = np.clip(weights["skin"] + weights["lips"], 0, 1) * (1 - weights["eyes"])
    modes = albedo_modes(build.vertices, build.mirror, mean, tinted)
    parity = np.sign((modes * modes[:, build.mirror]).sum(axis=(1, 2)))[:, None, None]
    return mean, (modes + parity * modes[:, build.mirror]) / 2


def layout_uv(build: Build) -> tuple[Floats, Ints]:
    """UVs (U, 2) and faces_uv (F, 4) of the whole mesh."""
    control, faces = unwrap(build.mesh, build.layout.targets)
    fine = subdivide(faces, len(control), LEVELS)
    uv, faces_uv = [fine.matrix @ control], [fine.faces]
    for chart in (LEFT_EYE_CHART, RIGHT_EYE_CHART):
        faces_uv.append(_shifted(build.eyeball.faces_uv, sum(map(len, uv))))
        uv.append(build.eyeball.uv * CORNER_RADIUS + chart)
    return np.concatenate(uv), np.concatenate(faces_uv)


def face_parts(build: Build) -> Ints:
    """(F,) index into PART_NAMES."""
    skin = np.where(build.mesh.charts[build.surface.parents] == MOUTH, PART_NAMES.index("mouth"), 0)
    eyes = np.repeat([PART_NAMES.index("eye_left"), PART_NAMES.index("eye_right")], len(build.eyeball.faces))
    return np.concatenate([skin, eyes]).astype(np.int32)


def dense_embedding(build: Build) -> Ints:
    """Vertex ids (478,) of the dense landmarks."""
    ids = np.arange(DENSE_COUNT)
    ids[list(LEFT_IRIS)], ids[list(RIGHT_IRIS)] = (eye[build.eyeball.iris] for eye in build.eyes)
    return ids


def landmarks68(build: Build) -> Ints:
    """Vertex ids (68,): the vertex nearest to the average that defines each iBUG landmark."""
    points = dense_to_ibug68(build.vertices[:DENSE_FACE_COUNT])
    skin = build.vertices[: len(build.surface.vertices)]
    return np.array([np.linalg.norm(skin - p, axis=1).round(9).argmin() for p in points])


def make_model(measured: dict[str, Floats]) -> FaceModel:
    """The complete built-in model from ``measured_landmarks.npz``'s arrays."""
    build = build_mean(measured)
    weights = regions(build)
    albedo_mean, albedo_basis = albedo(build, weights)
    uv, faces_uv = layout_uv(build)
    dense = dense_embedding(build)
    regressor = joint_regressor(build.vertices, build.mesh, build.eyes, build.eye_centres)
    geometry = FaceGeometry(build.vertices, build.faces, build.mirror, build.eyes, build.eye_centres, regressor[1] @ build.vertices)
    half = np.float16
    return FaceModel(
        id="builtin",
        name="Likeness built-in face",
        source=SOURCE,
        licence="GPL-3.0-or-later",
        mean=build.vertices.astype(np.float32),
        identity_basis=identity_basis(build, measured).astype(half),
        expression_basis=expression_basis(geometry).astype(half),
        expression_names=ARKIT_NAMES,
        expression_ranges=np.tile(np.float32(ARKIT_RANGE), (len(ARKIT_NAMES), 1)),
        expression_std=np.asarray(EXPRESSION_STD, dtype=np.float32),
        albedo_mean=albedo_mean.astype(np.float32),
        albedo_basis=albedo_basis.astype(half),
        faces=build.faces,
        uv=uv.astype(np.float32),
        faces_uv=faces_uv,
        landmarks68=landmarks68(build).astype(np.int32),
        dense_vertices=np.repeat(dense[:, None], 3, axis=1).astype(np.int32),
        dense_weights=np.tile(np.float32([1, 0, 0]), (DENSE_COUNT, 1)),
        region_names=REGION_NAMES,
        region_weights=np.stack([weights[n] for n in REGION_NAMES]).astype(half),
        part_names=PART_NAMES,
        face_parts=face_parts(build),
        joint_names=JOINT_NAMES,
        joint_parents=np.array(JOINT_PARENTS, dtype=np.int32),
        joint_regressor=regressor.astype(np.float32),
        skin_weights=_weights(build).astype(np.float32),
    )


def _weights(build: Build) -> Floats:
    jaw = np.clip(build.surface.control @ jaw_share(build.mesh), 0, 1)
    skin = len(jaw)
    return skin_weights((jaw + jaw[build.mirror[:skin]]) / 2, len(build.vertices), build.eyes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measured", type=Path, default=MEASURED)
    parser.add_argument("-o", "--output", type=Path, default=MODEL)
    args = parser.parse_args()
    with np.load(args.measured, allow_pickle=False) as arrays:
        measured = {name: arrays[name].astype(np.float64) for name in arrays.files}
    model = make_model(measured)
    save_face_model(model, args.output)
    size = args.output.stat().st_size / 1e6
    print(f"wrote {args.output}: {len(model.mean)} vertices, {len(model.faces)} faces, {size:.1f} MB")


if __name__ == "__main__":
    main()
