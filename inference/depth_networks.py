"""The networks for depth that a user may choose, and what they see in a photo."""

from __future__ import annotations

import torch

from ..bfm.face_model import FaceModel
from ..bfm.library.networks import DF2NET, RAFARE_BASE, RAFARE_FINE
from ..result.choices import DF2NET_RELIEF, RAFARE_SHAPE
from ..result.reconstruction import DF2NET_FILES, RAFARE_FILE
from .depth.source import DepthSource
from .df2net import estimate as df2net
from .df2net import files as df2net_files
from .fitting.face_fit import FaceFit
from .fitting.view import View
from .networks.library import require_network
from .rafare import estimate as rafare
from .rafare.surface import obj_file


def require(shape: str, relief: str) -> None:
    """Raise the `LikenessError` that says what is missing for these choices."""
    if shape == RAFARE_SHAPE:
        for network in (RAFARE_BASE, RAFARE_FINE):
            require_network(network, "The shape of RAFaRe")
    if relief == DF2NET_RELIEF:
        require_network(DF2NET, "The detail of DF2Net")


def check_view(relief: str, view: View) -> None:
    """Raise the `LikenessError` that says so where a network cannot read this view."""
    if relief == DF2NET_RELIEF:
        df2net.check_turn(view.landmarks)


def depth_sources(
    choices: tuple[str, str], view: View, model: FaceModel, fit: FaceFit, files: bool
) -> tuple[list[DepthSource], dict[str, bytes]]:
    """What the networks of the chosen shape and relief see in the photo of a view, the broadest first.

    Returns:
        Nothing for the model's shape and the relief of shading; and, with ``files``, what the networks' own code writes,
        by name.
    """
    shape, relief = choices
    device: torch.device = fit.posed.device
    sources, written = [], {}
    if shape == RAFARE_SHAPE:
        face = rafare.implicit_face(view, model, fit, device)
        sources.append(DepthSource(rafare.MAKER, face.depth_map(), rafare.ORDER, rafare.MOST_M))
        if files:
            written[RAFARE_FILE] = obj_file(face.distances)
    if relief == DF2NET_RELIEF:
        depth = df2net.depth_map(view, device)
        sources.append(DepthSource(df2net.MAKER, depth, df2net.ORDER, df2net.MOST_M))
        if files:
            crop = depth.window.take(view.photo.pixels)
            contents = (df2net_files.mat_file(depth), df2net_files.obj_file(depth, crop))
            written |= dict(zip(DF2NET_FILES, contents, strict=True))
    return sources, written
