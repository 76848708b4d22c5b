"""One score per system and picture of the scan, and what the table says about several of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .facescape_protocol import CylinderError, ProtocolView, cylinder_error, protocol_view, scan_on_cylinder
from .normal_error import NormalError, SurfaceImage, normal_error, see
from .scan import Scan, ScanPicture
from .scan_error import Prediction, ScanError, scan_errors


@dataclass(frozen=True)
class Score:
    """How well one system's face of one picture fits the scan."""

    system: str
    view: ScanPicture
    errors: dict[str, ScanError]  # by alignment
    normals: NormalError
    cylinder: CylinderError


def score(truth: SurfaceImage, protocol: ProtocolView, view: ScanPicture, system: str, prediction: Prediction) -> Score:
    """Score a prediction; ``truth`` is the scan as ``view`` sees it. All but distances take the anchored alignment."""
    scan = protocol.scan
    errors = scan_errors(scan, prediction)
    laid = errors["anchored"].pose.apply(prediction.vertices)
    seen = see(laid, prediction.triangles, view.camera)
    normals = normal_error(scan, truth, seen, view.camera)
    return Score(system, view, errors, normals, cylinder_error(protocol, laid, prediction.triangles))


def score_all(
    scan: Scan, views: Iterable[ScanPicture], predictions_of: Callable[[ScanPicture], dict[str, Prediction]]
) -> list[Score]:
    """Scores of every system that has a prediction of a view."""
    scores, cylinder = [], scan_on_cylinder(scan)
    for view in views:
        truth = see(scan.vertices, scan.triangles, view.camera)
        protocol = protocol_view(scan, cylinder, view.camera)
        scores += [score(truth, protocol, view, name, face) for name, face in predictions_of(view).items()]
    return scores


def _distance(alignment: str, part: str = "full", figure: str = "median") -> Callable[[Score], float]:
    return lambda s: getattr(getattr(s.errors[alignment], part), figure) if alignment in s.errors else np.nan


def _where(figure: Callable[[Score], float], keep: Callable[[ScanPicture], bool]) -> Callable[[Score], float]:
    return lambda s: figure(s) if keep(s.view) else np.nan


def _size_error(score: Score) -> float:
    """Percent by which the prediction's own millimetres are off: what the anchored alignment's scale leaves of 1."""
    if "metric" not in score.errors:
        return np.nan
    return 100 * abs(score.errors["anchored"].pose.scale - 1)


_now = _distance("scaled")

# Column heading -> figure of one score; a column is the mean over the scores that have it.
FIGURES: dict[str, Callable[[Score], float]] = {
    "NoW": _now,
    "mean": _distance("scaled", figure="mean"),
    "std": _distance("scaled", figure="std"),
    "soft": _where(_now, lambda view: view.light == "soft"),
    "side": _where(_now, lambda view: view.light == "side"),
    "yaw 0": _where(_now, lambda view: view.yaw == 0),
    "±20": _where(_now, lambda view: abs(view.yaw) == 20),
    "±40": _where(_now, lambda view: abs(view.yaw) == 40),
    "anchored": _distance("anchored"),
    "core": _distance("anchored", "core"),
    "coverage": lambda s: s.errors["anchored"].coverage,
    "metric": _distance("metric"),
    "size %": _size_error,
    "normals": lambda s: s.normals.mean,
    "detail r": lambda s: s.normals.detail.r,
    "energy": lambda s: s.normals.detail.energy,
    "fine r": lambda s: s.normals.fine.r,
    "energy ": lambda s: s.normals.fine.energy,
}
ERROR_FIGURES = ("NoW", "anchored", "core", "metric", "normals")  # those where less is better


def mean_figures(scores: list[Score]) -> dict[str, float]:
    """Every figure of `FIGURES`, mean over ``scores``; not a number where none has it."""
    columns = {name: np.array([figure(s) for s in scores]) for name, figure in FIGURES.items()}
    return {name: float(v[~np.isnan(v)].mean()) if (~np.isnan(v)).any() else np.nan for name, v in columns.items()}


def mean_of_heads(figures: Sequence[dict[str, float]]) -> dict[str, float]:
    """Mean of `mean_figures` of several heads, each counting once; not a number where a head has none."""
    return {name: float(np.mean([of_head[name] for of_head in figures])) for name in FIGURES}


def ratios(ours: list[Score], peer: list[Score]) -> dict[str, float]:
    """Our error over the peer's for `ERROR_FIGURES`, over the pictures that both have."""
    common = {s.view.name for s in ours} & {s.view.name for s in peer}
    mine, theirs = (mean_figures([s for s in scores if s.view.name in common]) for scores in (ours, peer))
    return {name: mine[name] / theirs[name] for name in ERROR_FIGURES}


def by_system(scores: list[Score]) -> dict[str, list[Score]]:
    """Scores grouped by system, in order of first appearance."""
    groups: dict[str, list[Score]] = {}
    for entry in scores:
        groups.setdefault(entry.system, []).append(entry)
    return groups
