"""``likeness transfer``: a result as the same face of another model."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from ..errors import LikenessError
from ..progress import OnProgress
from ..result.file_names import FACE_FILE, FOLDER_SUFFIX, result_folder_name
from .console import carry_out
from .outcome import Outcome, build_scene, report, write_preview
from .places import absolute_place, check_folder

# Where each stage ends on the progress bar.
LOADED, CARRIED, PREVIEWED = 0.05, 0.6, 0.75


def main(options: argparse.Namespace) -> int:
    """Carry the result of the parsed ``options`` over and return the exit status."""
    return carry_out(
        lambda progress: run(options, progress), lambda outcome: report(outcome, options.json), options.json
    )


def run(options: argparse.Namespace, progress: OnProgress) -> Outcome:
    """Carry the result of the parsed ``options`` over and write it with its scene. Raises `LikenessError`."""
    started = time.perf_counter()
    progress("loading", 0.0)
    from ..result.folder import check_target, read_reconstruction, write_reconstruction
    from ..transfer.results import transferred

    result = read_reconstruction(options.result)
    source = options.result.resolve()
    if source.name == FACE_FILE:
        source = source.parent
    name = result_folder_name(f"{source.stem}-{options.model}")
    folder = absolute_place(options.out or source.with_name(name))
    check_folder(folder)
    if folder.resolve() == source:
        raise LikenessError("The result would be written over the one it is made from; choose another folder.")
    check_target(folder)
    progress("transfer", LOADED)
    carried = transferred(result, options.model)
    write_reconstruction(carried, folder)
    done = time.perf_counter()
    progress("preview", CARRIED)
    write_preview(carried, folder)
    previewed = time.perf_counter()
    note = build_scene(folder, lambda stage, share: progress(stage, PREVIEWED + share * (1 - PREVIEWED)))
    ended = time.perf_counter()
    timings = {"transfer": done - started, "preview": previewed - done, "scene": ended - previewed}
    files = sorted(path.name for path in folder.iterdir())
    return Outcome(folder, files, ended - started, timings, options.model, note)


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the parser of ``likeness transfer`` to those of the other commands."""
    parser = commands.add_parser(
        "transfer", description="Make of a result the same face of another model, with its keys and maps."
    )
    parser.set_defaults(main=main, parser=parser)
    parser.add_argument("result", type=Path, metavar="RESULT", help=f"a result folder, or its {FACE_FILE}")
    parser.add_argument("--model", required=True, metavar="ID", help="the other face model")
    default = f"<RESULT>-ID{FOLDER_SUFFIX}"
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help=f"result folder (default: {default})")
    parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")
