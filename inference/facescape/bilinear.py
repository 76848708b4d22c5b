"""FaceScape's bilinear model at the vertices that may be landmarks, in millimetres, for its landmark fit.

Only a few hundred of the 26,278 vertices are ever looked at, so that a step of the fit takes milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...bfm.face_model import FaceModel
from ...bfm.formats.facescape.fitting_arrays import CONTOURS, JAW, MIXTURE, NOWHERE
from ...bfm.formats.facescape.personal_keys import BY_IDENTITY
from ...errors import LikenessError
from ...geometry.arrays import Floats, Ints
from .expression_prior import ExpressionPrior, SliderMixture, SliderSpread

MM_PER_METRE = 1000.0


@dataclass(frozen=True, eq=False)
class BilinearPoints:
    """N vertices of the model. I identity modes, of which the first K change the E expressions too; millimetres."""

    mean: Floats  # (N, 3)
    identity: Floats  # (I, N, 3) per sigma
    expressions: Floats  # (E, N, 3) of the mean identity, at slider 1
    changes: Floats  # (K, E, N, 3) of those, per sigma
    vertices: Ints  # (N,) which of the model's these are
    landmarks: Ints  # (68,) which of the N are the landmarks of a face seen from the front
    contours: tuple[Ints, ...]  # per landmark of the jaw the ones of the N that it may lie on; none: it stays
    prior: ExpressionPrior

    def shape(self, identity: Floats, expression: Floats) -> Floats:
        """Points (N, 3) of coefficients (I,) and sliders (E,)."""
        neutral = self.mean + np.tensordot(identity, self.identity, axes=1)
        return neutral + np.tensordot(expression, self.expressions_of(identity), axes=1)

    def expressions_of(self, identity: Floats) -> Floats:
        """The expressions (E, N, 3) of one person."""
        return self.expressions + np.tensordot(identity[: len(self.changes)], self.changes, axes=1)

    def modes_at(self, expression: Floats) -> Floats:
        """What each identity mode (I, N, 3) does to a face that shows an expression (E,)."""
        modes = self.identity.copy()
        modes[: len(self.changes)] += np.einsum("e,kend->knd", expression, self.changes)
        return modes

    def at(self, points: Ints) -> BilinearPoints:
        """The model at some of its points (L,) alone, in their order; these are its landmarks."""
        return BilinearPoints(
            self.mean[points],
            self.identity[:, points],
            self.expressions[:, points],
            self.changes[:, :, points],
            self.vertices[points],
            np.arange(len(points)),
            (),
            self.prior,
        )


@lru_cache(maxsize=1)
def bilinear_points(model: FaceModel, path: Path) -> BilinearPoints:
    """The landmarks' part of a model of the library and of the arrays beside it in its file; the latest is kept.

    Without a mixture the sliders' usual spreads are the prior; without contour lines the jaw's landmarks stay.

    Raises:
        LikenessError: the file has no expressions by identity.
    """
    with np.load(path, allow_pickle=False) as archive:
        if BY_IDENTITY not in archive:
            raise LikenessError(f"{path} has no bilinear model: add FaceScape's again with `likeness models add PATH`.")
        kept = {name: archive[name] for name in (CONTOURS, *MIXTURE) if name in archive}
        lines = kept.get(CONTOURS, np.full((JAW, 1), NOWHERE))
        vertices = np.unique(np.concatenate([model.landmarks68, lines[lines != NOWHERE]])).astype(np.int64)
        changes = archive[BY_IDENTITY][:, :, vertices]
    count = changes.shape[1]
    spread = SliderSpread(np.asarray(model.expression_std[:count], np.float64))
    return BilinearPoints(
        mean=_mm(model.mean[vertices]),
        identity=_mm(model.identity_basis[:, vertices]),
        expressions=_mm(model.expression_basis[:count, vertices]),
        changes=_mm(changes),
        vertices=vertices,
        landmarks=np.searchsorted(vertices, model.landmarks68),
        contours=tuple(np.searchsorted(vertices, line[line != NOWHERE]) for line in lines),
        prior=SliderMixture(*(kept[name] for name in MIXTURE)) if kept.keys() >= set(MIXTURE) else spread,
    )


def _mm(metres: Floats) -> Floats:
    return np.asarray(metres, np.float64) * MM_PER_METRE
