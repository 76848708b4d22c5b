"""What a command that makes a face leaves behind: result, picture and Blender files, all at once, and a report."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..interrupts import held
from ..progress import OnProgress
from ..result.choices import CPU, MEDIUM, device_note
from ..result.file_names import BLEND_FILE, GLB_FILE, PREVIEW_FILE
from .console import carry_out, print_json, print_line

if TYPE_CHECKING:
    from ..result.fresh_result import FreshResult
    from ..result.reconstruction import Reconstruction

PREVIEW_SHARE = 0.1  # of the whole work

# Makes a face, telling how far it is; the face, and seconds per stage.
Make = Callable[[OnProgress], tuple["Reconstruction", dict[str, float]]]


@dataclass(frozen=True)
class Outcome:
    """What a run made."""

    folder: Path
    files: list[str]
    seconds: float
    timings: dict[str, float]  # seconds per stage
    model: str
    note: str  # a sentence each about what could not be made, or not as asked, and what was kept of an earlier result
    warnings: list[str] = field(default_factory=list)  # sentences on the photos, such as which were left out


def make_and_report(run: Callable[[argparse.Namespace, OnProgress], Outcome], options: argparse.Namespace) -> int:
    """Carry out a command that makes a face, with its parsed ``options``, and return the exit status."""
    return carry_out(
        lambda progress: run(options, progress), lambda outcome: report(outcome, options.json), options.json
    )


def make_outcome(folder: Path, make: Make, progress: OnProgress, share: float, detail: str = MEDIUM) -> Outcome:
    """Make a face and write it with its contact sheet and Blender files, in the place of all that an earlier run wrote.

    Args:
        folder: where it appears when all of it is there; one that will not do is refused before the face is made.
        make: makes the face.
        progress: is told of all the work.
        share: of the whole work that making takes.
        detail: level of detail of the glTF file.

    Raises:
        LikenessError: the face, or the place, or the disk.
    """
    from ..result.folder import write_files
    from ..result.fresh_result import fresh_result

    started = time.perf_counter()
    progress("loading", 0.0)
    with fresh_result(folder, beside=(BLEND_FILE, GLB_FILE, PREVIEW_FILE)) as fresh:
        reconstruction, timings = make(_part_of(progress, 0.0, share))
        made = time.perf_counter()
        progress("preview", share)
        write_files(reconstruction, fresh.folder)
        _write_preview(reconstruction, fresh.folder)
        previewed = time.perf_counter()
        note = _write_scene(fresh, _part_of(progress, share + PREVIEW_SHARE, 1.0), detail)
        written = time.perf_counter()
    timings = {**timings, "preview": previewed - made, "scene": written - previewed}
    files = sorted(path.name for path in folder.iterdir())
    on_device = device_note(reconstruction.provenance.get("device", CPU))
    notes = " ".join(filter(None, (on_device, note, fresh.note)))
    seconds = time.perf_counter() - started
    return Outcome(folder, files, seconds, timings, reconstruction.model["id"], notes, reconstruction.warnings)


def _part_of(progress: OnProgress, start: float, end: float) -> OnProgress:
    """Progress of one part of the work, from ``start`` to ``end`` of the whole."""
    return lambda stage, fraction: progress(stage, start + fraction * (end - start))


def _write_preview(reconstruction: Reconstruction, folder: Path) -> None:
    from ..inference.preview.contact_sheet import preview_image
    from ..result.fresh_result import disk_faults
    from ..result.image_files import write_image

    sheet = preview_image(reconstruction)
    with disk_faults(folder):
        write_image(folder / PREVIEW_FILE, sheet)


def _write_scene(fresh: FreshResult, progress: OnProgress, detail: str) -> str:
    if importlib.util.find_spec("bpy") is None:
        return f"{BLEND_FILE} and {GLB_FILE} were not written: they need Blender's Python module (pip install bpy)."
    progress("scene", 0.0)
    with held():
        import bpy

        from ..result.folder import read_reconstruction
        from ..result.reconstruction import PHOTO_IMAGE
        from ..scene.building.build import build_reconstruction
        from ..scene.exporting.export import export_glb, save_blend
        from ..scene.exporting.levels import at_level
        from ..scene.textures.images import name_files_beside

        bpy.ops.wm.read_factory_settings(use_empty=True)
    with held():
        face = build_reconstruction(read_reconstruction(fresh.folder), fresh.place.stem, str(fresh.place / PHOTO_IMAGE))
        name_files_beside(fresh.folder)
    progress("saving", 0.5)
    with held():
        save_blend(fresh.folder / BLEND_FILE)
    with held(), at_level(face, detail) as shown:
        export_glb(fresh.folder / GLB_FILE, shown)
    progress("saving", 1.0)
    return ""


def report(outcome: Outcome, as_json: bool) -> None:
    """Print what a run made, for people or as one JSON object."""
    if as_json:
        print_json(asdict(outcome))
        return
    for sentence in (*outcome.warnings, *([outcome.note] if outcome.note else [])):
        print_line(sentence, sys.stderr)
    print_line(f"{outcome.folder}: {len(outcome.files)} files in {outcome.seconds:.1f} s")
