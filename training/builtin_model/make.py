"""Make the built-in face model: ``python -m likeness.training.builtin_model.make`` writes ``bfm/builtin/model.npz``.

Everything follows from ``measured_landmarks.npz`` (statistics of measured landmarks, see `measure_landmarks`) and the
formulae of this package; no geometry of another model. Deterministic. Vertex i < 468 is dense landmark i.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...anatomy.arkit import ARKIT_NAMES, ARKIT_RANGE
from ...anatomy.expression_spread import EXPRESSION_STD
from ...anatomy.joints import HEAD_JOINT_PARENTS, HEAD_JOINTS, JointName
from ...anatomy.landmarks import (
    DENSE_COUNT,
    DENSE_FACE_COUNT,
    INNER_LIP_LOOP,
    LEFT_IRIS,
    RIGHT_EYE_LOOP,
    RIGHT_IRIS,
    dense_to_ibug68,
)
from ...anatomy.parts import PartName
from ...anatomy.regions import RegionName
from ...bfm.builtin.eyes import eye_color
from ...bfm.builtin.loading import BUILTIN_FILE
from ...bfm.builtin.muscles import FaceGeometry
from ...bfm.face_model import FaceModel, save_face_model
from ...bfm.model_ids import BUILTIN
from ...geometry.arrays import Floats, Ints
from ...geometry.faces import both_triangulations
from ...geometry.normals import vertex_normals
from ...geometry.subdivision import subdivide
from .expressions import expression_basis
from .identity import identity_modes, sharpen_parity
from .mean_face import MeanFace, build_mean, shifted
from .paint import albedo_modes, skin_color
from .regions import LID_MARGIN, NOSTRILS, skin_regions
from .relief import smoothed
from .skeleton import jaw_share, joint_regressor, skin_weights
from .surface import LEVELS, symmetric
from .tidy import calming_matrix, skirt_matrix, tidying_matrix
from .topology import MOUTH, base_mirror
from .unwrap import CORNER_RADIUS, LEFT_EYE_CHART, RIGHT_EYE_CHART, unwrap

HERE = Path(__file__).parent
MEASURED = HERE / "measured_landmarks.npz"
RELIEF = HERE / "measured_relief.npz"

RELIEF_SMOOTHING = 2  # rounds of averaging along edges: takes the scanner's noise, leaves the form
HIDDEN = (RegionName.EYES, RegionName.MOUTH_INTERIOR, LID_MARGIN, NOSTRILS)  # where no scanner measured relief
RIM_BOUND = 0.75  # share of the lid rims' motion along the eyeball's normal that is the eyeball's own
PART_NAMES = (PartName.SKIN, PartName.MOUTH, *PartName.EYES)
SOURCE = (
    "Made by the Likeness project: landmark topology of MediaPipe (Apache-2.0); landmark statistics measured on "
    "renders of random ICT-FaceKit heads (MIT, Copyright (c) 2020 USC Institute for Creative Technologies)"
)


def identity_basis(build: MeanFace, measured: Mapping[str, Floats]) -> Floats:
    """Modes (I, V, 3): base modes carried by the surface; eyeballs shift whole, and what touches them stays on them."""
    modes = np.concatenate([measured["modes"][:, :DENSE_FACE_COUNT], _flat_rings(measured["skirt_modes"])], axis=1)
    noise = np.append(measured["noise"][:DENSE_FACE_COUNT], np.full(build.mesh.skirt.size, measured["noise"].max()))
    noise = np.maximum(noise, noise[base_mirror()])
    modes = np.einsum("ab,mbd->mad", calming_matrix(build.mesh, noise), modes, optimize=True)
    base, _ = identity_modes(build.layout.base, base_mirror(), modes)
    tidy = tidying_matrix(build.layout.base) @ skirt_matrix(len(build.layout.base))
    base = np.einsum("ab,ibd->iad", tidy, base, optimize=True)
    skin = np.einsum("vb,ibd->ivd", build.surface.matrix, base, optimize=True)
    centres = np.einsum("eb,ibd->ied", build.layout.eye_follow, base)
    for side, rings in enumerate((build.mesh.lid_right, build.mesh.lid_left)):
        _ride(skin, build, rings, side, centres[:, side])
    size = len(build.eyeball.vertices)
    balls = [np.repeat(centres[:, None, side], size, axis=1) for side in (1, 0)]
    whole = np.concatenate([skin, *balls], axis=1)
    return sharpen_parity(whole, build.mirror)


def _ride(skin: Floats, build: MeanFace, rings: Ints, side: int, centre: Floats) -> None:
    """Let lids keep their distance from the eyeball: their hidden strips wholly, their rims mostly move with it.

    Only the motion along the eyeball's normal is bound; lids open and widen freely.
    """
    bound = np.zeros(build.mesh.count)
    rim = np.array(RIGHT_EYE_LOOP)
    bound[rim if side == 0 else build.mesh.mirror[rim]] = RIM_BOUND
    bound[rings] = 1.0
    weight = np.clip(build.surface.control @ bound, 0, 1)
    ids = np.flatnonzero(weight > 0)
    out = build.surface.vertices[ids] - build.layout.eye_centres[side]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    relative = skin[:, ids] - centre[:, None]
    along = (relative * out).sum(axis=2, keepdims=True)
    skin[:, ids] -= weight[ids, None] * along * out


def _flat_rings(rings: Floats) -> Floats:
    return rings.reshape(len(rings), -1, 3)


def regions(build: MeanFace) -> dict[str, Floats]:
    """Weights (V,) by name: the named regions and the two that serve the colours only."""
    found = skin_regions(build.mesh, build.surface.vertices, build.surface.control)
    whole = {}
    for name, on_skin in found.items():
        weights = np.concatenate([on_skin, np.full(2 * len(build.eyeball.vertices), float(name == RegionName.EYES))])
        whole[name] = (weights + weights[build.mirror]) / 2
    return whole


def albedo(build: MeanFace, weights: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Mean (V, 3) and modes (A, V, 3), linear RGB, exactly mirror symmetric."""
    skin = len(build.surface.vertices)
    lips_depth = float(build.layout.base[list(INNER_LIP_LOOP[4:7]), 2].mean())
    on_skin = {name: w[:skin] for name, w in weights.items()}
    eye = eye_color(build.eyeball.vertices)
    mean = np.concatenate([skin_color(build.vertices[:skin], on_skin, lips_depth), eye, eye])
    mean = (mean + mean[build.mirror]) / 2
    tinted = np.clip(weights[RegionName.SKIN] + weights[RegionName.LIPS], 0, 1) * (1 - weights[RegionName.EYES])
    modes = albedo_modes(build.vertices, build.mirror, mean, tinted)
    parity = np.sign((modes * modes[:, build.mirror]).sum(axis=(1, 2)))[:, None, None]
    return mean, (modes + parity * modes[:, build.mirror]) / 2


def layout_uv(build: MeanFace) -> tuple[Floats, Ints]:
    """UVs (U, 2) and faces_uv (F, 4) of the whole mesh."""
    control, faces = unwrap(build.mesh, build.layout.targets)
    fine = subdivide(faces, len(control), LEVELS)
    uv, faces_uv = [fine.matrix @ control], [fine.faces]
    for chart in (LEFT_EYE_CHART, RIGHT_EYE_CHART):
        faces_uv.append(shifted(build.eyeball.faces_uv, sum(map(len, uv))))
        uv.append(build.eyeball.uv * CORNER_RADIUS + chart)
    return np.concatenate(uv), np.concatenate(faces_uv)


def face_parts(build: MeanFace) -> Ints:
    """(F,) index into PART_NAMES."""
    skin = np.where(build.mesh.charts[build.surface.parents] == MOUTH, PART_NAMES.index(PartName.MOUTH), 0)
    eyes = np.repeat([PART_NAMES.index(eye) for eye in PartName.EYES], len(build.eyeball.faces))
    return np.concatenate([skin, eyes]).astype(np.int32)


def dense_ids(build: MeanFace) -> Ints:
    """Vertex ids (478,) of the dense landmarks."""
    ids = np.arange(DENSE_COUNT)
    ids[list(LEFT_IRIS)], ids[list(RIGHT_IRIS)] = (eye[build.eyeball.iris] for eye in build.eyes)
    return ids.astype(np.int32)


def landmarks68(build: MeanFace) -> Ints:
    """Vertex ids (68,): the vertex nearest to the average that defines each iBUG landmark."""
    points = dense_to_ibug68(build.vertices[:DENSE_FACE_COUNT])
    skin = build.vertices[: len(build.surface.vertices)]
    return np.array([np.linalg.norm(skin - p, axis=1).round(9).argmin() for p in points], dtype=np.int32)


def expression_geometry(build: MeanFace, regressor: Floats) -> FaceGeometry:
    """What the expressions need to know of the mean face."""
    return FaceGeometry(
        vertices=build.vertices,
        faces=build.faces,
        mirror=build.mirror,
        eyeballs=build.eyes,
        eye_centres=build.eye_centres,
        jaw_hinge=regressor[HEAD_JOINTS.index(JointName.JAW)] @ build.vertices,
    )


def joint_weights(build: MeanFace) -> Floats:
    """(V, J), rows summing to 1."""
    jaw = np.clip(build.surface.control @ jaw_share(build.mesh), 0, 1)
    jaw = (jaw + jaw[build.mirror[: len(jaw)]]) / 2
    return skin_weights(jaw, len(build.vertices), build.eyes)


def load_measured(path: Path) -> dict[str, Floats]:
    """The arrays of a measured file as float64."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float64) for name in arrays.files}


def apply_relief(
    build: MeanFace, identity: Floats, relief: Mapping[str, Floats], free: Floats
) -> tuple[MeanFace, Floats]:
    """Raise the mean and the leading identity modes (I, V, 3) along the normals; ``free`` (V,) says where."""
    if relief["mean"].shape != free.shape:
        raise ValueError("the relief was measured on another mesh: run training.measure_relief again")
    normals = vertex_normals(build.vertices, both_triangulations(build.faces)) * free[:, None]
    raised = build.vertices + normals * smoothed(relief["mean"], build.faces, RELIEF_SMOOTHING)[:, None]
    modes = smoothed(relief["modes"], build.faces, RELIEF_SMOOTHING)
    identity = identity.copy()
    identity[: len(modes)] += modes[..., None] * normals
    return replace(build, vertices=symmetric(raised, build.mirror)), sharpen_parity(identity, build.mirror)


def make_model(measured: Mapping[str, Floats], relief: Mapping[str, Floats] | None = None) -> FaceModel:
    """The complete built-in model from the arrays of ``measured_landmarks.npz`` and ``measured_relief.npz``."""
    build = build_mean(measured)
    weights = regions(build)
    identity = identity_basis(build, measured)
    if relief is not None:
        hidden = np.sum([weights[name] for name in HIDDEN], axis=0)
        build, identity = apply_relief(build, identity, relief, 1 - np.clip(hidden, 0, 1))
    albedo_mean, albedo_basis = albedo(build, weights)
    uv, faces_uv = layout_uv(build)
    regressor = joint_regressor(build.vertices, build.mesh, build.eyes, build.eye_centres)
    return FaceModel(
        id=BUILTIN,
        name="Likeness built-in face",
        source=SOURCE,
        licence="GPL-3.0-or-later",
        mean=build.vertices.astype(np.float32),
        identity_basis=identity.astype(np.float16),
        expression_basis=expression_basis(expression_geometry(build, regressor)).astype(np.float16),
        expression_names=ARKIT_NAMES,
        expression_ranges=np.tile(np.array(ARKIT_RANGE, dtype=np.float32), (len(ARKIT_NAMES), 1)),
        expression_std=np.asarray(EXPRESSION_STD, dtype=np.float32),
        albedo_mean=albedo_mean.astype(np.float32),
        albedo_basis=albedo_basis.astype(np.float16),
        faces=build.faces,
        uv=uv.astype(np.float32),
        faces_uv=faces_uv,
        landmarks68=landmarks68(build),
        dense_vertices=np.repeat(dense_ids(build)[:, None], 3, axis=1),
        dense_weights=np.tile(np.array([1, 0, 0], dtype=np.float32), (DENSE_COUNT, 1)),
        region_names=RegionName.ALL,
        region_weights=np.stack([weights[name] for name in RegionName.ALL]).astype(np.float16),
        part_names=PART_NAMES,
        face_parts=face_parts(build),
        joint_names=HEAD_JOINTS,
        joint_parents=np.array(HEAD_JOINT_PARENTS, dtype=np.int32),
        joint_regressor=regressor.astype(np.float32),
        skin_weights=joint_weights(build).astype(np.float32),
    )


def main() -> None:
    """Make the model of the measurements and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measured", type=Path, default=MEASURED)
    parser.add_argument("-o", "--output", type=Path, default=BUILTIN_FILE)
    args = parser.parse_args()
    model = make_model(load_measured(args.measured), load_measured(RELIEF))
    save_face_model(model, args.output)
    size = args.output.stat().st_size / 1e6
    print(f"wrote {args.output}: {len(model.mean)} vertices, {len(model.faces)} faces, {size:.1f} MB")


if __name__ == "__main__":
    main()
