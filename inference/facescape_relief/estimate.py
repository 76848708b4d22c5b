"""What FaceScape's networks say of the face of a photo."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch

from ...bfm.face_model import FaceModel
from ...bfm.formats.facescape.predef_folder import NAME, POSITIONS_MAP
from ...bfm.library.networks import FACESCAPE_LAYOUT, FACESCAPE_RIG, FACESCAPE_SINGLE, known_network
from ...bfm.library.store import installed
from ...errors import LikenessError
from ...geometry.arrays import Floats32, Pixels
from ...result.reconstruction import (
    FACESCAPE_DETAILED,
    FACESCAPE_MAP,
    FACESCAPE_MAPS,
    FACESCAPE_MESH,
    FACESCAPE_TEXTURE,
)
from ..fitting.face_fit import FaceFit
from ..fitting.view import View
from ..networks.library import library_network, require_network
from .colours import network_input
from .displacement_maps import LARGEST_M, sixteen_bits, whole_map
from .expressions import is_neutral, values_of
from .layout import EXPRESSIONS, has_positions, library_layout, positions_of
from .meshes import SUBDIVISIONS, displaced, obj_file, subdivided
from .on_face import points_in_photo, posed_vertices
from .source import FaceScapeMaps
from .window import LEFT, SIDE, TEXTURE_SIDE, TOP, as_seen, unwrapped, uv_of_vertices

PURPOSE = "The detail of FaceScape"
NOT_NEUTRAL = (
    "The photo shows an expression, and the network of all expressions is made for neutral faces: its wrinkles may be "
    "stronger than they should."
)
ALONE = (
    "The photo shows an expression, so FaceScape's network for a single map has told its wrinkles; those of other "
    "expressions are made without it."
)
_MM = 1000.0  # per metre; what the official files are in


def require() -> None:
    """Raise the `LikenessError` that says what is missing."""
    there = installed()
    if FACESCAPE_RIG not in there:
        require_network(FACESCAPE_SINGLE, PURPOSE)
    require_network(FACESCAPE_LAYOUT, PURPOSE)
    if FACESCAPE_SINGLE not in there and not has_positions():
        single = known_network(FACESCAPE_SINGLE)
        raise LikenessError(
            f"{PURPOSE} for all expressions needs {POSITIONS_MAP}, which was not in {NAME}: put it there and add that "
            f"folder again, or add {single.file}."
        )


def maps_of(
    view: View, model: FaceModel, fit: FaceFit, progress: Callable[[float], None] = lambda share: None
) -> tuple[FaceScapeMaps, Pixels, list[str]]:
    """The displacement maps of the face of a view, the texture (1900, 1900, 3) they are made of, and what to tell.

    The network of all key expressions is taken where the library has it and the face is neutral, or there is no other.
    """
    layout, device = library_layout(), fit.posed.device
    texture = unwrapped(view.photo.pixels, points_in_photo(layout, model, fit), layout)
    seen = torch.as_tensor(network_input(as_seen(texture), layout.mask))
    rig, alone = _available()
    neutral = is_neutral(values_of(model, fit))
    rig = rig and (neutral or not alone)
    network = library_network(FACESCAPE_RIG if rig else FACESCAPE_SINGLE, device)
    windows = []
    for number in range(EXPRESSIONS if rig else 1):
        progress(number / EXPRESSIONS if rig else 0.0)
        picture = torch.cat([seen, torch.as_tensor(positions_of(number))]) if rig else seen
        windows.append(sixteen_bits(_answer(network, picture.to(device))))
    told = [] if neutral or not _available()[0] else [NOT_NEUTRAL if rig else ALONE]
    return FaceScapeMaps(layout, tuple(windows)), texture, told


def _available() -> tuple[bool, bool]:
    """Whether the network of all expressions can be asked, and the one of a single map."""
    there = installed()
    return FACESCAPE_RIG in there and has_positions(), FACESCAPE_SINGLE in there


def _answer(network: torch.nn.Module, picture: torch.Tensor) -> Floats32:
    with torch.inference_mode():
        return network(picture[None].contiguous(memory_format=torch.channels_last))[0, 0].float().cpu().numpy()


def official_files(maps: FaceScapeMaps, texture: Pixels, model: FaceModel, fit: FaceFit) -> dict[str, bytes]:
    """What the networks' own code writes: mesh, texture and maps; and the mesh with the first map on it.

    Meshes are the front of the face in millimetres, with the photo's expression.
    """
    layout = maps.layout
    triangles, triangles_uv = layout.triangles[layout.front], layout.triangles_uv[layout.front]
    ids, local = np.unique(triangles, return_inverse=True)
    points, local_uv = np.unique(triangles_uv, return_inverse=True)
    local, local_uv = local.reshape(-1, 3), local_uv.reshape(-1, 3)
    vertices = posed_vertices(layout, model, fit)[ids] * _MM
    whole = np.zeros((TEXTURE_SIDE, TEXTURE_SIDE, 3), np.uint8)
    whole[TOP : TOP + SIDE, LEFT : LEFT + SIDE] = texture[..., ::-1]
    names = (FACESCAPE_MAP,) if len(maps.windows) == 1 else FACESCAPE_MAPS
    return {
        FACESCAPE_MESH: obj_file(vertices, local, layout.uv[points], local_uv),
        FACESCAPE_TEXTURE: cv2.imencode(".jpg", whole)[1].tobytes(),
        FACESCAPE_DETAILED: _detailed(vertices, local, uv_of_vertices(local, triangles_uv, layout.uv, len(ids)), maps),
        **{
            name: cv2.imencode(".png", whole_map(window), [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
            for name, window in zip(names, maps.windows, strict=True)
        },
    }


def _detailed(vertices: np.ndarray, triangles: np.ndarray, uv: np.ndarray, maps: FaceScapeMaps) -> bytes:
    for _ in range(SUBDIVISIONS):
        vertices, triangles, uv = subdivided(vertices, triangles, uv)
    moved = displaced(vertices, triangles, uv, whole_map(maps.windows[0]), LARGEST_M * _MM)
    return obj_file(moved, triangles, uv, triangles)
