"""``python -m likeness.benchmarks``: accuracy and speed as tables, beside peers in the same run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import LikenessError
from ..inference.image_files import write_image
from .photos import Pixels, contact_sheet, photo_paths
from .runs import Run, run_photos
from .scan import View, load_scan, load_views, shared_folder
from .scan_error import Prediction
from .scores import Score, by_system, mean_figures, ratios, score_all
from .systems import mediapipe_prediction, stored_peers, stored_prediction
from .table import table
from .timing import median_timings, peak_memory_mib

LIKENESS, AS_SHOWN = "Likeness, neutral", "Likeness, as shown"
OURS = {"neutral": LIKENESS, "as shown": AS_SHOWN}
MEDIAPIPE = "MediaPipe, live"
TABLE_FILE, SHEET_FILE = "table.md", "previews.png"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write them and the previews; exit status 2 where the data are missing."""
    parser = argparse.ArgumentParser(prog="python -m likeness.benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="folder for table and previews (.bench)")
    options = parser.parse_args(arguments)
    try:
        text, sheet = measure(shared_folder())
    except LikenessError as problem:
        print(problem, file=sys.stderr)
        return 2
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / TABLE_FILE).write_text(text + "\n", encoding="utf-8")
    write_image(options.out / SHEET_FILE, sheet)
    return 0


def measure(shared: Path) -> tuple[str, Pixels]:
    """Everything: the report as Markdown, and the contact sheet of previews."""
    bench = shared / "bench"
    views, photos = load_views(bench), photo_paths(shared / "photos")
    runs = run_photos([*(view.picture for view in views), *photos], _say)
    if not runs:
        raise LikenessError("The pipeline made no face of any of the pictures.")
    memory = peak_memory_mib()  # before the scan is loaded: what the pipeline itself needs
    scores = score_all(load_scan(bench), views, lambda view: _predictions(bench, view, runs))
    groups = by_system(scores)
    sections = [
        "Scan-to-mesh medians in mm, angles in degrees, mean over the pictures (benchmarks/README.md)",
        table("LPS head", {name: _counted(entries, mean_figures(entries)) for name, entries in groups.items()}),
        *_ratio_section(groups),
        f"Time per stage, median of {len(runs)} photos, the first photo, and peak memory",
        _timing_table(list(runs.values()), memory),
        "Landmarks of the reconstructed face in the photo, percent of the inter-ocular distance",
        table("photo", _landmark_rows([runs[photo] for photo in photos if photo in runs])),
    ]
    return "\n\n".join(sections), contact_sheet([run.preview for run in runs.values()])


def _predictions(bench: Path, view: View, runs: dict[Path, Run]) -> dict[str, Prediction]:
    """Every system's face of one picture, ours first."""
    _say(f"scoring {view.name}")
    found: dict[str, Prediction | None] = {}
    if view.picture in runs:
        found = {OURS[name]: face for name, face in runs[view.picture].predictions.items()}
    found[MEDIAPIPE] = mediapipe_prediction(view.picture)
    found |= {peer: stored_prediction(bench, peer, view.name) for peer in stored_peers(bench)}
    return {name: face for name, face in found.items() if face is not None}


def _ratio_section(groups: dict[str, list[Score]]) -> Iterable[str]:
    peers = [name for name in groups if name not in OURS.values()]
    if LIKENESS not in groups or not peers:
        return []
    rows = {name: _counted(groups[name], ratios(groups[LIKENESS], groups[name])) for name in peers}
    return ["Error of Likeness (neutral) over that of each peer, on the same pictures", table("peer", rows)]


def _counted(scores: Sequence[Score], figures: dict[str, float]) -> dict[str, str | float]:
    return {"pictures": str(len(scores)), **figures}


def _timing_table(runs: Sequence[Run], memory: float) -> str:
    medians, first = median_timings([run.timings for run in runs]), median_timings([runs[0].timings])
    rows = {stage: {"s": seconds, "first, s": first.get(stage, float("nan"))} for stage, seconds in medians.items()}
    return table("stage", rows) + f"\n\nPeak memory {memory:.0f} MiB"


def _landmark_rows(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    columns = ("detector", "AFLW", "AFLW inner")
    rows = {run.photo.name: {name: run.landmark_errors.get(name, float("nan")) for name in columns} for run in runs}
    means = {}
    for name in columns:
        known = [run.landmark_errors[name] for run in runs if name in run.landmark_errors]
        means[name] = sum(known) / len(known) if known else float("nan")
    return {**rows, "mean": means}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
