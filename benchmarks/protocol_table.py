"""The report's tables of FaceScape's measures: one per head."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .scores import Score
from .table import Cell, table

DIGITS = 3  # the normals' angles are small
TURNS = {"CD 0": 0, "±20": 20, "±40": 40}


def protocol_sections(scores: Mapping[str, Mapping[str, list[Score]]], pictures: Mapping[str, int]) -> list[str]:
    """Heading and tables of scores by head and system; ``pictures`` is how many each head has."""
    sections = ["FaceScape's measures on the same heads: CD in mm, MNE in radians, CR and done in percent"]
    for head, systems in scores.items():
        rows = {name: protocol_figures(made, pictures[head]) for name, made in systems.items()}
        sections.append(table(head, rows, DIGITS))
    return sections


def protocol_figures(scores: list[Score], pictures: int) -> dict[str, Cell]:
    """Means over the pictures of a head that could be compared, and which share of all of them those are."""
    done = [score for score in scores if np.isfinite(score.cylinder.chamfer)]
    distances = [score.cylinder.chamfer for score in done]
    turns = np.abs([score.view.yaw for score in done])
    by_turn = {
        name: _mean([d for d, turn in zip(distances, turns, strict=True) if turn == yaw]) for name, yaw in TURNS.items()
    }
    return {
        "done": f"{100 * len(done) / pictures:.0f}",
        "CD": _mean(distances),
        "MNE": _mean([score.cylinder.normals for score in done]),
        "CR": _mean([100 * score.cylinder.completeness for score in done]),
        **by_turn,
    }


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
