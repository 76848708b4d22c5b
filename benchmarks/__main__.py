"""``python -m likeness.benchmarks``: accuracy and speed as tables, beside peers in the same run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from math import isnan
from pathlib import Path

from ..errors import LikenessError
from ..geometry.arrays import Pixels
from ..result.image_files import write_image
from .accuracy import accuracy_sections, score_heads
from .models import models_at_hand
from .photos import contact_sheet, photo_paths
from .protocol_table import protocol_sections
from .runs import PhotoRun, run_photos
from .scan import heads_at_hand, load_pictures, shared_folder
from .table import table
from .timing import median_timings, peak_memory_mib

TABLE_FILE, SHEET_FILE = "table.md", "previews.png"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write them and the previews; exit status 2 where the data are missing."""
    parser = argparse.ArgumentParser(prog="python -m likeness.benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="folder for table and previews (.bench)")
    parser.add_argument("--models", nargs="+", metavar="ID", help="face models (the built-in one, and ict where it is)")
    options = parser.parse_args(arguments)
    try:
        shared = shared_folder()
        with models_at_hand(shared, options.models) as models:
            text, sheet = measure(shared, models)
    except LikenessError as problem:
        print(problem, file=sys.stderr)
        return 2
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / TABLE_FILE).write_text(text + "\n", encoding="utf-8")
    write_image(options.out / SHEET_FILE, sheet)
    return 0


def measure(shared: Path, models: Sequence[str]) -> tuple[str, Pixels]:
    """Everything, with each of the face models: the report as Markdown, and the contact sheet of previews."""
    bench, photos = shared / "bench", photo_paths(shared / "photos")
    heads = heads_at_hand(bench)
    pictures = [*(view.picture for head in heads for view in load_pictures(head)), *photos]
    runs = {model: run_photos(pictures, _say, model) for model in models}
    if not all(runs.values()):
        raise LikenessError("The pipeline made no face of any of the pictures.")
    memory = peak_memory_mib()  # before the scans are loaded: what the pipeline itself needs
    scores = score_heads(bench, heads, runs, _say)
    sections = [
        *accuracy_sections(scores, models),
        *protocol_sections(scores, {head.name: len(load_pictures(head)) for head in heads}),
        f"Seconds per stage, median of {len(pictures)} photos and the first photo",
        _timing_table({model: list(found.values()) for model, found in runs.items()}),
        f"Peak memory with all of these models {memory:.0f} MiB",
        "Landmarks of the reconstructed face in the photo, percent of the inter-ocular distance",
        table("photo", _landmark_rows(runs, photos)),
    ]
    return "\n\n".join(sections), contact_sheet([run.preview for found in runs.values() for run in found.values()])


def _timing_table(runs: dict[str, list[PhotoRun]]) -> str:
    columns: dict[str, dict[str, float]] = {}
    for model, made in runs.items():
        columns[model] = median_timings([run.timings for run in made])
        columns[f"{model}, first"] = median_timings([made[0].timings])
    stages = next(iter(columns.values()))
    nothing = float("nan")
    return table(
        "stage", {stage: {name: column.get(stage, nothing) for name, column in columns.items()} for stage in stages}
    )


def _landmark_rows(runs: dict[str, dict[Path, PhotoRun]], photos: Sequence[Path]) -> dict[str, dict[str, float]]:
    columns = [(model, kind) for model in runs for kind in ("detector", "AFLW", "AFLW inner")]
    nothing = float("nan")
    errors = {model: {photo: run.landmark_errors for photo, run in made.items()} for model, made in runs.items()}
    rows = {
        photo.name: {f"{model}: {kind}": errors[model].get(photo, {}).get(kind, nothing) for model, kind in columns}
        for photo in photos
        if any(photo in made for made in runs.values())
    }
    means = {}
    for name in (f"{model}: {kind}" for model, kind in columns):
        known = [row[name] for row in rows.values() if not isnan(row[name])]
        means[name] = sum(known) / len(known) if known else nothing
    return {**rows, "mean": means}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
