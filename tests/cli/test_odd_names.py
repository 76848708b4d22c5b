"""Names of photos, results and models that may be any bytes: a whole face, or one sentence before the work."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from likeness.bfm.library.importing import install_model
from likeness.bfm.library.store import installed
from likeness.result.file_names import BLEND_FILE, GLB_FILE, LONGEST_NAME
from other_source import other_source, read_at_once
from quick import quick, small_picture

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these names are none on Windows")

NAMES = (
    b"-no \xff\xe9 text\nin two lines",
    b" 100% %s #1 #### q\"uo'te`$(x);&*?[a]{b}~.. ",
    "\N{RIGHT-TO-LEFT OVERRIDE}שלום e\N{COMBINING ACUTE ACCENT}".encode(),
    "é".encode() * 125,
)


def named(folder: Path, name: bytes) -> Path:
    """A folder or file of such a name; skips where the disk takes only text."""
    path = folder / os.fsdecode(name)
    try:
        path.exists()
        path.parent.mkdir(exist_ok=True)
        (folder / path.name).touch()
        path.unlink()
    except OSError:
        pytest.skip("this disk has no such names")
    return path


def files(told: bytes) -> set[str]:
    return set(json.loads(told)["files"])


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_photo_of_any_name_in_a_folder_of_any_name(tmp_path: Path, name: bytes) -> None:
    pytest.importorskip("bpy")
    folder = named(tmp_path, name)
    folder.mkdir()
    photo = small_picture(named(folder, name + b".png"))
    done = quick("--json", "--", photo.name, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert {BLEND_FILE, GLB_FILE} <= files(done.stdout)
    (result,) = (path for path in folder.iterdir() if path != photo)
    assert len(os.fsencode(result.name)) <= LONGEST_NAME
    assert json.loads(done.stdout)["folder"] == str(result)
    assert (result / GLB_FILE).read_bytes()[:4] == b"glTF"


@pytest.mark.parametrize("name", [NAMES[0], NAMES[-1]], ids=ascii)
def test_a_result_of_any_name(tmp_path: Path, name: bytes) -> None:
    pytest.importorskip("bpy")
    photo, folder = small_picture(tmp_path / "a.png"), named(tmp_path, name)
    done = quick(photo, "--json", "-o", folder)
    assert done.returncode == 0, done.stderr
    assert {BLEND_FILE, GLB_FILE} <= {path.name for path in folder.iterdir()}


def test_two_slashes_at_the_start_are_one(tmp_path: Path) -> None:
    """Blender would take them for the folder of its own file."""
    pytest.importorskip("bpy")
    done = quick(small_picture(tmp_path / "a.png"), "--json", "-o", f"/{tmp_path}/out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / BLEND_FILE).is_file()


def test_a_backslash_is_no_part_of_the_results_own_name(tmp_path: Path) -> None:
    pytest.importorskip("bpy")
    photo = small_picture(tmp_path / "back\\slash.png")
    done = quick(photo.name, "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["folder"] == str(tmp_path / "back_slash.likeness")
    assert {BLEND_FILE, GLB_FILE} <= files(done.stdout)


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        ("x" * 300, "cannot be written: File name too long"),
        ("back\\slash", "has a backslash, which Blender takes for a slash: choose another place"),
        ("/".join(["y" * 200] * 6), "is longer than Blender can keep it: choose another place"),
    ],
)
def test_what_cannot_be_is_refused_before_the_work(tmp_path: Path, out: str, reason: str) -> None:
    done = quick(small_picture(tmp_path / "a.png"), "--json", "-o", out, cwd=tmp_path)
    assert done.returncode == 2
    assert json.loads(done.stdout) == {"error": f"{tmp_path / out} {reason}."}
    assert len(done.stderr.decode().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_model_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_at_once(monkeypatch)
    name = NAMES[0]
    library, file = named(tmp_path, name), named(tmp_path, name + b".dat")
    monkeypatch.setenv("LIKENESS_MODELS", str(library))
    file.write_bytes(b"numbers")
    install_model(other_source("flame2020"), [file], file)
    record = installed()["flame2020"]
    assert (record.origin, record.files[0].name) == (str(file), file.name)
    listed = quick("models", "list", "--json")
    assert [entry["id"] for entry in json.loads(listed.stdout)][:2] == ["builtin", "flame2020"]
    shown = quick("models", "list")
    assert shown.returncode == 0
    assert len(shown.stderr.splitlines()) == 1
