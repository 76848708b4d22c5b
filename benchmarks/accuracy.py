"""The report's tables of accuracy: one per head, the mean over the heads, and our error over each peer's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .runs import PhotoRun
from .scan import Head, ScanPicture, load_pictures, load_scan
from .scan_error import Prediction
from .scores import Score, by_system, mean_figures, mean_of_heads, ratios, score_all
from .systems import KINDS, mediapipe_prediction, stored_peers, stored_prediction
from .table import Cell, table

MEDIAPIPE = "MediaPipe, live"

Runs = Mapping[str, Mapping[Path, PhotoRun]]  # by face model and picture
Systems = Mapping[str, list[Score]]  # the scores of one head's pictures


def our_name(model: str, kind: str) -> str:
    """The row of our own face: of a model, ``neutral`` or ``as shown``."""
    return f"Likeness {model}, {kind}"


def score_heads(
    bench: Path, heads: Sequence[Head], runs: Runs, say: Callable[[str], None]
) -> dict[str, dict[str, list[Score]]]:
    """Scores by head and system: our faces, MediaPipe live, and the stored meshes of other systems in ``bench``."""
    scores = {}
    for head in heads:

        def predictions(view: ScanPicture, head: Head = head) -> dict[str, Prediction]:
            say(f"scoring {head.name} {view.name}")
            stored = {peer: stored_prediction(bench, peer, head.name, view.name) for peer in stored_peers(bench)}
            found = {**_ours(view, runs), MEDIAPIPE: mediapipe_prediction(view.picture), **stored}
            return {name: face for name, face in found.items() if face is not None}

        scores[head.name] = by_system(score_all(load_scan(head), load_pictures(head), predictions))
    return scores


def accuracy_sections(scores: Mapping[str, Systems], models: Sequence[str]) -> list[str]:
    """The tables with their headings, of scores by head and system; ours are those of the face models."""
    sections = ["Scan-to-mesh medians in mm, angles in degrees, mean over the pictures (benchmarks/README.md)"]
    for head, systems in scores.items():
        rows = {name: _counted("pictures", len(made), mean_figures(made)) for name, made in systems.items()}
        sections.append(table(head, rows))
    if len(scores) > 1:
        sections.append(_mean_table(list(scores.values())))
    ours = {our_name(model, kind) for model in models for kind in KINDS}
    for head, systems in scores.items():
        peers = [name for name in systems if name not in ours]
        for name in (our_name(model, "neutral") for model in models):
            if name in systems and peers:
                sections += [f"{head}: error of {name}, over that of each peer, on the same pictures"]
                sections += [_ratio_table(systems, name, peers)]
    return sections


def _ours(view: ScanPicture, runs: Runs) -> dict[str, Prediction]:
    return {
        our_name(model, kind): face
        for model, made in runs.items()
        if view.picture in made
        for kind, face in made[view.picture].predictions.items()
    }


def _mean_table(heads: Sequence[Systems]) -> str:
    """The systems that have seen all heads, each head counting once however many its pictures."""
    everywhere = [name for name in heads[0] if all(name in systems for systems in heads)]
    means = {name: mean_of_heads([mean_figures(systems[name]) for systems in heads]) for name in everywhere}
    return table("mean over the heads", {name: _counted("heads", len(heads), mean) for name, mean in means.items()})


def _ratio_table(systems: Systems, ours: str, peers: Sequence[str]) -> str:
    figures = {name: ratios(systems[ours], systems[name]) for name in peers}
    return table("peer", {name: _counted("pictures", len(systems[name]), found) for name, found in figures.items()})


def _counted(what: str, count: int, figures: dict[str, float]) -> dict[str, Cell]:
    return {what: str(count), **figures}
