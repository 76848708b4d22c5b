"""``blender --command likeness PHOTO... -o face.blend``: a face without a window, for scripts and farms.

Runs in Blender's own Python, which has none of the packages that the other command line needs: the engine makes the
face, the scene is built here. The exit status is that of `console`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from ..bfm.library.registry import available_models
from ..bfm.model_ids import BUILTIN
from ..engine.installing.environment import interpreter_in
from ..engine.task import Cancelled, Task
from ..errors import LikenessError
from ..interrupts import held, raised
from ..operators import engine_host
from ..operators.create import build, start_reconstruction
from ..operators.job import wait_for
from ..operators.operator_base import sentence_of
from ..operators.settings import DEVICES, QUALITIES, TEXTURE_SIZES
from ..result.choices import (
    AUTO,
    COARSE,
    CPU,
    DETAILS,
    DRAFT,
    FBX_TARGETS,
    FINAL,
    FINE,
    MEDIUM,
    PLAIN,
    device_note,
    texture_size,
)
from ..result.file_names import BLEND_SUFFIX, FBX_SUFFIX, GLB_SUFFIX
from ..scene.exporting.export import export_glb, save_blend
from ..scene.exporting.export_fbx import export_fbx
from ..scene.exporting.levels import at_level
from ..scene.staged_files import staged_files
from ..version import ID
from .console import BAD_INPUT, FAULT, ProgressBar, fail, interrupted, print_line
from .places import absolute_place, check_file
from .streams import steady_streams

SUFFIXES = (BLEND_SUFFIX, GLB_SUFFIX, FBX_SUFFIX)
LABEL = "The command"  # what the sentence about a fault begins with

_command: Any = None  # what Blender wants back when the command is taken from it


def run(arguments: Sequence[str]) -> int:
    """Make the face of the command line's photos and write the file; returns the exit status."""
    with steady_streams():
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as asked:  # --help, or a mistake that was explained already
        return asked.code if isinstance(asked.code, int) else BAD_INPUT
    try:
        with raised():
            _make_file(options)
    except LikenessError as error:
        return fail(str(error), BAD_INPUT)
    except (Cancelled, KeyboardInterrupt) as interrupt:
        return interrupted(interrupt)
    except Exception as error:
        return fail(sentence_of(error, LABEL), FAULT)
    print_line(str(options.out))
    return 0


def _make_file(options: argparse.Namespace) -> None:
    if options.out.suffix.lower() not in SUFFIXES:
        raise LikenessError(f"'{options.out.name}' ends in none of {', '.join(SUFFIXES)}.")
    place = absolute_place(options.out)
    if not place.parent.is_dir():
        raise LikenessError(f"There is no folder '{place.parent}' to write into.")
    check_file(place)
    with staged_files(place):
        pass  # a place that will not do is refused before the work
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    task = start_reconstruction(
        engine_host.get_engine(options.python and interpreter_in(options.python.absolute())),
        options.photos,
        model=options.model,
        quality=options.quality,
        texture_size=texture_size(options.texture_size),
        device=options.device,
        face=options.face,
        scalp_tint=options.scalp_tint,
    )
    try:
        _build_and_save(task, options)
    finally:
        task.close()


def _build_and_save(task: Task, options: argparse.Namespace) -> None:
    with ProgressBar(sys.stderr) as bar:
        result = wait_for(task, lambda update: bar.update(update.stage, update.fraction))
    for sentence in result.get("warnings", []):
        print_line(sentence, sys.stderr)
    if note := device_note(result.get("device", CPU)):
        print_line(note, sys.stderr)
    with held():
        face = build(Path(result["folder"]), [photo.absolute() for photo in options.photos])
    place = absolute_place(options.out)
    # Staged once more, so that an interrupt which has to wait for Blender leaves the old file.
    with staged_files(place) as folder, held():
        _save(face, folder / place.name, options)


def _save(face: bpy.types.Object, place: Path, options: argparse.Namespace) -> None:
    suffix = place.suffix.lower()
    if suffix == BLEND_SUFFIX:
        save_blend(place)
        return
    with at_level(face, options.detail) as shown:
        if suffix == GLB_SUFFIX:
            export_glb(place, shown)
        else:
            export_fbx(place, shown, target=options.target)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        f"blender --command {ID}",
        description="Make a rigged, textured 3D face of a photo or several of one person.",
    )
    parser.add_argument(
        "photos",
        type=Path,
        nargs="+",
        metavar="PHOTO",
        help="a picture with a face; several of one person make one",
    )
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"a {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file",
    )
    parser.add_argument("--model", choices=available_models(), default=BUILTIN, help="face model")
    parser.add_argument(
        "--quality", choices=_names(QUALITIES), default=FINAL, help=f"{DRAFT}: the shape alone, quickly"
    )
    parser.add_argument("--texture-size", choices=_names(TEXTURE_SIZES), default=AUTO, help="in pixels")
    parser.add_argument(
        "--detail",
        choices=DETAILS,
        default=MEDIUM,
        help=f"of the mesh in a {GLB_SUFFIX} or {FBX_SUFFIX} file; "
        f"{COARSE}: the cage it was subdivided of, {FINE}: subdivided once more",
    )
    parser.add_argument("--target", choices=FBX_TARGETS, default=PLAIN, help=f"the program a {FBX_SUFFIX} file is for")
    parser.add_argument("--device", choices=_names(DEVICES), default=AUTO, help="where to compute")
    parser.add_argument("--face", type=int, metavar="N", help="which face of one photo (default: 0, the largest)")
    parser.add_argument("--bare-scalp", action="store_false", dest="scalp_tint", help="no stubble in the hair's colour")
    parser.add_argument("--python", type=Path, metavar="PATH", help="the engine's Python (default: the preferences')")
    return parser


def _names(items: tuple[tuple[str, str, str], ...]) -> list[str]:
    return [item[0] for item in items]


def register() -> None:
    """Tell Blender of the command."""
    global _command
    _command = bpy.utils.register_cli_command(ID, run)


def unregister() -> None:
    """Take the command back."""
    bpy.utils.unregister_cli_command(_command)


CLASSES: tuple[type[bpy.types.bpy_struct], ...] = ()
