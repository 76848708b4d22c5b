"""The networks for depth that a user may choose, as `DepthSource`."""

from __future__ import annotations

import torch

from ...bfm.face_model import FaceModel
from ...bfm.library.networks import DF2NET, RAFARE_BASE, RAFARE_FINE
from ...result.choices import DF2NET_RELIEF, RAFARE_SHAPE
from ..df2net import estimate as df2net
from ..fitting.face_fit import FaceFit
from ..fitting.view import View
from ..networks.library import require_network
from ..rafare import estimate as rafare
from .source import DepthSource


def require(shape: str, relief: str) -> None:
    """Raise the `LikenessError` that says what is missing for these choices."""
    if shape == RAFARE_SHAPE:
        for network in (RAFARE_BASE, RAFARE_FINE):
            require_network(network, "The shape of RAFaRe")
    if relief == DF2NET_RELIEF:
        require_network(DF2NET, "The detail of DF2Net")


def depth_sources(
    shape: str, relief: str, view: View, model: FaceModel, fit: FaceFit, device: torch.device
) -> list[DepthSource]:
    """What the chosen networks see in the photo of a view, the broadest first; none for the model and its shading."""
    sources = []
    if shape == RAFARE_SHAPE:
        depth = rafare.implicit_face(view, model, fit, device).depth_map()
        sources.append(DepthSource(rafare.MAKER, depth, rafare.ORDER, rafare.MOST_M))
    if relief == DF2NET_RELIEF:
        df2net.check_turn(fit)
        sources.append(DepthSource(df2net.MAKER, df2net.depth_map(view, device), df2net.ORDER, df2net.MOST_M))
    return sources
