"""``likeness PHOTO...``: a face of one photo, or of several of one person."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..bfm.model_ids import BFM2009, BUILTIN
from ..progress import OnProgress
from ..result.choices import (
    AUTO,
    AUTO_SIZES,
    COARSE,
    DETAILS,
    DEVICES,
    DRAFT,
    FINE,
    FITS,
    MEDIUM,
    NO_FIT,
    QUALITIES,
    TEXTURE_SIZES,
    texture_size,
)
from ..result.file_names import FOLDER_SUFFIX, GLB_FILE
from ..version import ID, VERSION
from .console import carry_out
from .outcome import Outcome, build_scene, report, write_preview

if TYPE_CHECKING:
    from ..result.reconstruction import Reconstruction

# Shares of the whole that the bar gives to what follows the pipeline.
PIPELINE_SHARE, PREVIEW_SHARE = 0.75, 0.1
PIPELINE_OPTIONS = ("model", "quality", "texture_size", "device", "face", "fit", "scalp_tint", "deep3d_files")


def main(options: argparse.Namespace) -> int:
    """Make the face of the parsed ``options`` and return the exit status."""
    return carry_out(
        lambda progress: run(options, progress), lambda outcome: report(outcome, options.json), options.json
    )


def run(options: argparse.Namespace, progress: OnProgress) -> Outcome:
    """Reconstruct the photos of the parsed ``options`` into its folder. Raises `LikenessError`."""
    started = time.perf_counter()
    folder = (options.out or Path(f"{options.photos[0].stem}{FOLDER_SUFFIX}")).absolute()
    reconstruction = _reconstruct(options, folder, _part_of(progress, 0.0, PIPELINE_SHARE))
    reconstructed = time.perf_counter()
    progress("preview", PIPELINE_SHARE)
    write_preview(reconstruction, folder)
    previewed = time.perf_counter()
    note = build_scene(folder, _part_of(progress, PIPELINE_SHARE + PREVIEW_SHARE, 1.0), options.detail)
    ended = time.perf_counter()
    files = sorted(path.name for path in folder.iterdir())
    timings = {**reconstruction.timings, "preview": previewed - reconstructed, "scene": ended - previewed}
    return Outcome(folder, files, ended - started, timings, reconstruction.model["id"], note)


def _part_of(progress: OnProgress, start: float, end: float) -> OnProgress:
    """Progress of one part of the work, from ``start`` to ``end`` of the whole."""
    return lambda stage, fraction: progress(stage, start + fraction * (end - start))


def _reconstruct(options: argparse.Namespace, folder: Path, progress: OnProgress) -> Reconstruction:
    progress("loading", 0.0)
    from ..inference.pipeline import PipelineOptions, reconstruct
    from ..result.folder import check_target, write_reconstruction

    check_target(folder)
    # What was not asked for on the command line keeps the pipeline's own default.
    chosen = {name: getattr(options, name) for name in PIPELINE_OPTIONS if getattr(options, name) is not None}
    reconstruction = reconstruct(options.photos, PipelineOptions(**chosen), progress)
    write_reconstruction(reconstruction, folder)
    return reconstruction


def add_parser(commands: argparse._SubParsersAction, name: str) -> None:
    """Add the parser of this command, which is ``likeness`` itself to the user, to those of the others."""
    parser = commands.add_parser(
        name,
        prog=ID,
        description="Make a face of one photo or of several of one person: mesh, expressions, textures, Blender scene.",
        epilog="`likeness models` lists the face models and brings others; "
        "`likeness finish` gives a draft its texture; "
        "`likeness transfer` makes of a result the same face of another model; "
        "`likeness doctor` prints versions and tries each device.",
    )
    parser.set_defaults(main=main, parser=parser)
    parser.add_argument(
        "photos",
        type=Path,
        nargs="+",
        metavar="PHOTO",
        help="a picture file with a face; several of one person make one",
    )
    parser.add_argument(
        "-o", "--out", type=Path, metavar="DIR", help=f"result folder (default: <first PHOTO>{FOLDER_SUFFIX})"
    )
    parser.add_argument("--model", metavar="ID", help=f"face model (default: {BUILTIN})")
    parser.add_argument("--quality", choices=QUALITIES, help=f"{DRAFT}: the shape alone, quickly")
    parser.add_argument(
        "--texture-size",
        type=texture_size,
        choices=(AUTO, *TEXTURE_SIZES),
        help=f"side of the textures in pixels (default: {AUTO}, {' or '.join(map(str, AUTO_SIZES))} by the photo)",
    )
    parser.add_argument(
        "--detail",
        choices=DETAILS,
        default=MEDIUM,
        help=f"of {GLB_FILE}'s mesh; {COARSE}: the cage it was subdivided of, {FINE}: subdivided once more",
    )
    parser.add_argument("--device", choices=DEVICES, help=f"where to compute (default: {AUTO})")
    parser.add_argument("--face", type=int, metavar="N", help="which face of one photo (default: 0, the largest)")
    parser.add_argument("--fit", choices=FITS, help=f"{NO_FIT}: only what Deep3D's network says ({BFM2009})")
    parser.add_argument(
        "--bare-scalp", action="store_false", dest="scalp_tint", default=None, help="no stubble in the hair's colour"
    )
    parser.add_argument("--deep3d-files", action="store_true", help=f"write deep3d.mat and deep3d.obj too ({BFM2009})")
    parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")
    parser.add_argument("--version", action="version", version=f"Likeness {VERSION}")
