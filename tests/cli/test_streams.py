"""Standard streams that are closed, broken, full or of a poor character set: the work is done all the same."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from likeness.result.file_names import BLEND_FILE, GLB_FILE
from quick import COMMAND, quick, small_picture

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the shell's redirections are those of Unix")


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash in which ``"$@"`` is the command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line, "bash", *COMMAND],
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small_picture(tmp_path / "a.png")
    return tmp_path


def is_whole(folder: Path, name: str = "a") -> bool:
    return {BLEND_FILE, GLB_FILE} <= {path.name for path in (folder / f"{name}.likeness").iterdir()}


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_character_set_that_lacks_the_names_letters(tmp_path: Path, encoding: str) -> None:
    pytest.importorskip("bpy")
    photo = small_picture(tmp_path / "\N{GRINNING FACE}ü.png")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    told = quick(photo.name, "--json", cwd=tmp_path, env=environment)
    assert told.returncode == 0
    assert json.loads(told.stdout)["folder"] == str(photo.with_suffix(".likeness"))
    shown = quick(photo.name, cwd=tmp_path, env=environment)
    assert shown.returncode == 0
    assert shown.stdout.decode(encoding).startswith(
        str(photo.with_suffix(".likeness")).encode(encoding, "backslashreplace").decode(encoding)
    )
    assert is_whole(tmp_path, photo.stem)


@pytest.mark.parametrize(
    "line",
    [
        '"$@" a.png --json >&-',
        '"$@" a.png --json 2>&-',
        '"$@" a.png <&- >&- 2>&-',
        '"$@" a.png --json | true',
        '"$@" a.png --json 2>&1 >told | true',
        '"$@" a.png --json 2>/dev/full',
    ],
)
def test_whoever_does_not_listen_changes_nothing(folder: Path, line: str) -> None:
    pytest.importorskip("bpy")
    done = shell(line, folder)
    assert done.returncode == 0
    assert is_whole(folder)
    shown = done.stderr.decode().splitlines()
    assert not [words for words in shown if "rror" in words or "Traceback" in words or "failed" in words]
    told = (folder / "told").read_bytes() if "told" in line else done.stdout
    if told:
        assert "face.glb" in json.loads(told)["files"]


def test_closed_streams_are_not_the_files_that_are_opened_next(folder: Path) -> None:
    """The photo would have got the number of standard output, and the bar's lines would have gone into it."""
    before = (folder / "a.png").read_bytes()
    assert shell('"$@" a.png <&- >&- 2>&-', folder).returncode == 0
    assert (folder / "a.png").read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to try")
@pytest.mark.parametrize("arguments", ["a.png --json", "models"])
def test_output_lost_on_a_full_disk_is_told(folder: Path, arguments: str) -> None:
    done = shell(f'"$@" {arguments} >/dev/full', folder)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1] == ("likeness: The output cannot be written: No space left on device.")


@pytest.mark.parametrize("arguments", ["models", "models --json", "--help", "a.png --bogus"])
def test_a_reader_that_goes_is_no_trouble(folder: Path, arguments: str) -> None:
    done = shell(f'{{ "$@" {arguments}; echo $? >status; }} 2>&1 | true', folder)
    assert done.stderr == b""
    assert (folder / "status").read_text().strip() == ("2" if "bogus" in arguments else "0")


def test_no_temporary_folder(folder: Path) -> None:
    pytest.importorskip("bpy")
    done = quick("a.png", "--json", "--no-temporary-folder", cwd=folder)
    assert done.returncode == 0
    assert is_whole(folder)


def test_a_fault_without_a_temporary_folder_for_its_details_is_one_sentence(folder: Path) -> None:
    small_picture(folder / "fault.png")
    done = quick("fault.png", "--json", "--no-temporary-folder", cwd=folder)
    assert done.returncode == 1
    sentence = "Likeness failed unexpectedly (ZeroDivisionError: a bug), and no temporary folder takes the details."
    assert json.loads(done.stdout) == {"error": sentence}
    assert done.stderr.decode().splitlines()[-1] == f"likeness: {sentence}"


def test_a_name_does_not_break_the_line(tmp_path: Path) -> None:
    photo = small_picture(tmp_path / "two\nlines\x1b[2J.png")
    done = quick(photo.name, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1
    assert rb"two\nlines\x1b[2J.likeness" in done.stdout
    refused = quick(photo.name, "-o", "two\nlines\\", cwd=tmp_path)
    assert len(refused.stderr.splitlines()) == 1
    assert rb"two\nlines\ has a backslash" in refused.stderr
