"""``likeness transfer``: a result as the same face of another model."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LikenessError
from ..progress import OnProgress
from ..result.file_names import FACE_FILE, FOLDER_SUFFIX, result_folder_name
from .outcome import Outcome, make_and_report, make_outcome
from .places import absolute_place, check_folder

if TYPE_CHECKING:
    from ..result.reconstruction import Reconstruction

TRANSFER_SHARE = 0.6  # of the whole work
LOADED = 0.1  # of that


def main(options: argparse.Namespace) -> int:
    """Carry the result of the parsed ``options`` over and return the exit status."""
    return make_and_report(run, options)


def run(options: argparse.Namespace, progress: OnProgress) -> Outcome:
    """Carry the result of the parsed ``options`` over and write it with its scene. Raises `LikenessError`."""
    from ..result.folder import read_reconstruction

    result = read_reconstruction(options.result)
    source = options.result.resolve()
    if source.name == FACE_FILE:
        source = source.parent
    name = result_folder_name(f"{source.stem}-{options.model}")
    folder = absolute_place(options.out or source.with_name(name))
    check_folder(folder)
    if folder.resolve() == source:
        raise LikenessError("The result would be written over the one it is made from; choose another folder.")
    return make_outcome(folder, lambda told: _transfer(result, options.model, told), progress, TRANSFER_SHARE)


def _transfer(result: Reconstruction, model: str, progress: OnProgress) -> tuple[Reconstruction, dict[str, float]]:
    from ..transfer.results import transferred

    started = time.perf_counter()
    progress("transfer", LOADED)
    carried = transferred(result, model)
    return carried, {"transfer": time.perf_counter() - started}


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
