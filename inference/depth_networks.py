"""The networks for depth and relief that a user may choose, and the face with what they see in its photo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..bfm.face_model import FaceModel
from ..bfm.library.networks import NEEDED_FOR
from ..errors import LikenessError
from ..geometry.arrays import Floats32
from ..result.choices import DF2NET_RELIEF, FACESCAPE_RELIEF, MODEL_SHAPE, RAFARE_SHAPE, SHADING
from ..result.reconstruction import DF2NET_FILES, RAFARE_FILE
from .depth.depth_map import DepthMap
from .depth.source import DepthSource
from .detail.detail import Detail
from .detail.shape_from_shading import shape_from_shading
from .df2net import estimate as df2net
from .df2net import files as df2net_files
from .facescape_relief import estimate as facescape
from .fitting.face_fit import FaceFit
from .fitting.view import View
from .images import Photo
from .networks.library import require_network
from .rafare import estimate as rafare
from .rafare.surface import obj_file

# The relief of a fit on its photo: maps of so many texels, where the skin is bare.
Relief = Callable[[Photo, FaceModel, FaceFit, int, Floats32 | None], Detail]


@dataclass(frozen=True)
class DepthChoices:
    """What tells the shape, what the relief, and whether the networks' own files are wanted."""

    shape: str = MODEL_SHAPE
    relief: str = SHADING
    files: bool = False

    @property
    def any(self) -> bool:
        """Whether a network is asked at all."""
        return (self.shape, self.relief) != (MODEL_SHAPE, SHADING)

    def require(self) -> None:
        """Raise the `LikenessError` that says what is missing."""
        for choice, purpose in ((self.shape, "The shape of RAFaRe"), (self.relief, "The detail of DF2Net")):
            for network in NEEDED_FOR.get(choice, ()):
                require_network(network, purpose)
        if self.relief == FACESCAPE_RELIEF:
            facescape.require()

    def check(self, view: View) -> None:
        """Raise the `LikenessError` that says so where a network cannot read this view."""
        if self.relief == DF2NET_RELIEF:
            df2net.check_turn(view.landmarks)


@dataclass(frozen=True)
class DeepenedFace:
    """Fits of one head with the shape that networks see, and where its relief comes from."""

    fits: list[FaceFit]
    relief: Relief = shape_from_shading
    files: dict[str, bytes] = field(default_factory=dict)  # what the networks' own code writes
    warnings: list[str] = field(default_factory=list)  # sentences on networks that see another face


def deepened(
    view: View,
    model: FaceModel,
    fits: Sequence[FaceFit],
    choices: DepthChoices,
    progress: Callable[[float], None] = lambda share: None,
) -> DeepenedFace:
    """Ask the chosen networks about the leading view; one that sees something else leaves the face as it is.

    ``progress`` is told the share of the work that is done.
    """
    face = DeepenedFace(list(fits))
    if choices.shape == RAFARE_SHAPE:
        seen = rafare.implicit_face(view, model, fits[0])
        files = {RAFARE_FILE: obj_file(seen.distances)} if choices.files else {}
        source = DepthSource(rafare.MAKER, seen.depth_map(), rafare.ORDER, rafare.MOST_M)
        face = _followed(source, view, model, face, files)
    if choices.relief == DF2NET_RELIEF:
        depth = df2net.depth_map(view, fits[0].posed.device)
        files = _df2net_files(depth, view) if choices.files else {}
        face = _followed(DepthSource(df2net.MAKER, depth, df2net.ORDER, df2net.MOST_M), view, model, face, files)
    if choices.relief == FACESCAPE_RELIEF:
        maps, texture, told = facescape.maps_of(view, model, face.fits[0], progress)
        files = facescape.official_files(maps, texture, model, face.fits[0]) if choices.files else {}
        face = DeepenedFace(face.fits, maps.relief, {**face.files, **files}, [*face.warnings, *told])
    return face


def _followed(
    source: DepthSource, view: View, model: FaceModel, face: DeepenedFace, files: dict[str, bytes]
) -> DeepenedFace:
    files = {**face.files, **files}
    try:
        return DeepenedFace(source.moved(view.photo, model, face.fits), source.relief, files, face.warnings)
    except LikenessError as error:
        return DeepenedFace(face.fits, face.relief, files, [*face.warnings, f"{error} It is not used."])


def _df2net_files(depth: DepthMap, view: View) -> dict[str, bytes]:
    crop = depth.window.take(view.photo.pixels)
    return dict(zip(DF2NET_FILES, (df2net_files.mat_file(depth), df2net_files.obj_file(depth, crop)), strict=True))
