"""``likeness finish``: texture and detail of a result whose fit stays, be it a draft's or for another size."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LikenessError
from ..progress import OnProgress
from ..result.file_names import FACE_FILE
from .outcome import Outcome, make_and_report, make_outcome
from .photos import add_map_arguments
from .places import absolute_place, check_folder

if TYPE_CHECKING:
    from ..result.reconstruction import Reconstruction

FINISH_SHARE = 0.7  # of the whole work
PIPELINE_OPTIONS = ("texture_size", "device", "scalp_tint")


def main(options: argparse.Namespace) -> int:
    """Finish the result of the parsed ``options`` and return the exit status."""
    return make_and_report(run, options)


def run(options: argparse.Namespace, progress: OnProgress) -> Outcome:
    """Finish the result of the parsed ``options`` and write it with its scene. Raises `LikenessError`."""
    from ..result.folder import read_reconstruction
    from ..result.reconstruction import PHOTO_IMAGE

    source = (options.result.parent if options.result.name == FACE_FILE else options.result).absolute()
    folder = absolute_place(options.out or source)
    check_folder(folder)
    result = read_reconstruction(source)
    if PHOTO_IMAGE not in result.images:
        raise LikenessError(f"{source} has no {PHOTO_IMAGE}, from which its texture could be made.")
    return make_outcome(folder, lambda told: _finished(options, source, result, told), progress, FINISH_SHARE)


def _finished(
    options: argparse.Namespace, source: Path, result: Reconstruction, progress: OnProgress
) -> tuple[Reconstruction, dict[str, float]]:
    from ..bfm.library.registry import load_model
    from ..inference.finishing import finish
    from ..inference.pipeline import PipelineOptions
    from ..result.face_file import read_face
    from ..result.kept_fit import KeptFit, finished_keys
    from ..result.reconstruction import PHOTO_IMAGE

    chosen = {name: getattr(options, name) for name in PIPELINE_OPTIONS if getattr(options, name) is not None}
    kept = KeptFit(read_face(source / FACE_FILE), result.mesh.vertices)
    made = finish(kept, [result.images[PHOTO_IMAGE], *options.photos], PipelineOptions(**chosen), progress)
    model = load_model(made.model["id"])
    finished = replace(made, mesh=finished_keys(result.mesh, made.mesh, model.expression_basis))
    return finished, finished.timings


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the parser of ``likeness finish`` to those of the other commands."""
    parser = commands.add_parser(
        "finish",
        description="Make texture and detail of a result anew: finish a draft, or give a face textures of another "
        "size. Shape, pose and expression stay as they are.",
    )
    parser.set_defaults(main=main, parser=parser)
    parser.add_argument("result", type=Path, metavar="RESULT", help=f"a result folder, or its {FACE_FILE}")
    parser.add_argument(
        "photos",
        type=Path,
        nargs="*",
        metavar="PHOTO",
        help="of a result made of several photos, the others, by the names that they had",
    )
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="result folder (default: RESULT itself)")
    add_map_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")
