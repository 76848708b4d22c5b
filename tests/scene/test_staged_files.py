"""Exports that appear when they are complete: through links, and with the system's own words where they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from likeness.errors import LikenessError
from likeness.scene.building.build import build_face
from likeness.scene.exporting.export import export_glb, save_blend
from likeness.scene.exporting.export_fbx import export_fbx
from likeness.scene.exporting.export_obj import export_obj
from likeness.scene.staged_files import reason, staged_files

EXPORTERS = {".blend": lambda path, face: save_blend(path), ".glb": export_glb, ".fbx": export_fbx, ".obj": export_obj}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_one(tmp_path: Path, there: bool) -> None:
    (tmp_path / "kept").mkdir()
    link, target = tmp_path / "face.glb", tmp_path / "kept" / "mine.glb"
    link.symlink_to(target)
    if there:
        target.write_text("old")
    with staged_files(link) as folder:
        (folder / "face.glb").write_text("new")
        (folder / "face.mtl").write_text("beside")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert names(tmp_path) == {"face.glb", "face.mtl", "kept"}
    assert names(tmp_path / "kept") == {"mine.glb"}


def test_a_link_to_another_disk(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "face.glb").symlink_to(small_disk / "face.glb")
    with staged_files(tmp_path / "face.glb") as folder:
        (folder / "face.glb").write_text("new")
    assert (small_disk / "face.glb").read_text() == "new"
    assert names(small_disk) == {"face.glb"}


def test_a_folder_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "face.glb").mkdir()
    with (
        pytest.raises(LikenessError, match=r"face\.glb cannot be written \(Is a directory\)"),
        staged_files(tmp_path / "face.glb"),
    ):
        raise AssertionError


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_a_full_disk_is_said_in_the_systems_words(head_folder: Path, small_disk: Path, suffix: str) -> None:
    face = build_face(head_folder)
    with pytest.raises(LikenessError, match=r"\(No space left on device\)\.$"):
        EXPORTERS[suffix](small_disk / f"face{suffix}", face)
    assert not names(small_disk)


def test_the_reason_is_found_in_what_blender_says() -> None:
    frame = '  File "export.py", line 117, in save\n    file.write(binary)\n'
    place = "Location: /scripts/modules/bpy/ops.py:109\n"
    for said, told in (
        ("Error: No space left on device\n", "No space left on device"),
        (f"Error: Python: Traceback:\n{frame}OSError: [Errno 28] No space left on device\n{place}",
         "No space left on device"),
        (f"Error: Python: Traceback:\n{frame}PermissionError: [Errno 13] Permission denied: '/a: b'\n{place}",
         "Permission denied"),
        (f"Error: Python: Traceback:\n{frame}FileNotFoundError: [WinError 3] No such path: 'C:\\a'\n", "No such path"),
        (f"Error: Nothing to export.\n{place}", "Nothing to export"),
        (f"Error: Python: Traceback:\n{frame}ValueError: no UV map\n{place}", "ValueError: no UV map"),
        ("", "Blender does not say why"),
    ):  # fmt: skip
        assert reason(RuntimeError(said)) == told
