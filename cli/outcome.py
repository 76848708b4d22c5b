"""What a command that makes a face leaves behind: the picture, the Blender files and the report of the run."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LikenessError
from ..progress import OnProgress
from ..result.choices import MEDIUM
from ..result.file_names import BLEND_FILE, GLB_FILE, PREVIEW_FILE

if TYPE_CHECKING:
    from ..result.reconstruction import Reconstruction


@dataclass(frozen=True)
class Outcome:
    """What a run made."""

    folder: Path
    files: list[str]
    seconds: float
    timings: dict[str, float]  # seconds per stage
    model: str
    note: str  # one sentence about what could not be made, or nothing


def write_preview(reconstruction: Reconstruction, folder: Path) -> None:
    """Write the contact sheet and delete the Blender files of an earlier result. Raises `LikenessError`."""
    from ..inference.preview.contact_sheet import preview_image
    from ..result.image_files import write_image

    sheet = preview_image(reconstruction)
    try:
        for name in (BLEND_FILE, GLB_FILE):  # those of an earlier result are no longer true
            (folder / name).unlink(missing_ok=True)
        write_image(folder / PREVIEW_FILE, sheet)
    except OSError as error:
        raise LikenessError(f"The result cannot be written to {folder}: {error.strerror or error}.") from error


def build_scene(folder: Path, progress: OnProgress, detail: str = MEDIUM) -> str:
    """Write the Blender files, the glTF one at a level of detail.

    Returns:
        One sentence where Blender's module is absent, else nothing.

    Raises:
        LikenessError: the model has no mesh of that level.
    """
    if importlib.util.find_spec("bpy") is None:
        return f"{BLEND_FILE} and {GLB_FILE} were not written: they need Blender's Python module (pip install bpy)."
    progress("scene", 0.0)
    import bpy

    from ..scene.building.build import build_face
    from ..scene.exporting.export import export_glb, save_blend
    from ..scene.exporting.levels import at_level

    bpy.ops.wm.read_factory_settings(use_empty=True)
    face = build_face(folder)
    progress("saving", 0.5)
    save_blend(folder / BLEND_FILE)
    with at_level(face, detail) as shown:
        export_glb(folder / GLB_FILE, shown)
    return ""


def report(outcome: Outcome, as_json: bool) -> None:
    """Print what a run made, for people or as one JSON object."""
    if as_json:
        print(json.dumps(asdict(outcome), default=str, ensure_ascii=False))
        return
    if outcome.note:
        print(outcome.note, file=sys.stderr)
    print(f"{outcome.folder}: {len(outcome.files)} files in {outcome.seconds:.1f} s")
