"""Where the command line writes: links, folders that are there, full disks, two at once, scenes that were changed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from likeness.cli import main
from likeness.cli.outcome import make_outcome
from likeness.inference import doctor
from likeness.inference.preview import contact_sheet
from likeness.result.file_names import BLEND_FILE, FACE_FILE, GLB_FILE, PREVIEW_FILE
from quick_likeness import SLOW_STAGE, run, start, wait_for_stage
from synthetic import sheet_reconstruction

pytest.importorskip("bpy", reason="Blender's Python module is not installed")

WRITTEN = {FACE_FILE, BLEND_FILE, GLB_FILE, PREVIEW_FILE}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def old_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A result of an earlier run, with a file of the user's own."""
    monkeypatch.setattr(contact_sheet, "TILE_WIDTH", 40)  # what the sheet shows is tested elsewhere
    monkeypatch.setattr(contact_sheet, "TILE_HEIGHT", 50)
    folder = tmp_path / "out"
    write(folder)
    (folder / "notes.txt").write_text("mine")
    return folder


def write(folder: Path) -> str:
    """Write a result in this process; returns the note."""
    return make_outcome(folder, lambda _: (sheet_reconstruction(), {}), lambda stage, share: None, 0.5).note


def test_a_link_stays_one(old_result: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(old_result)
    (tmp_path / "dangling").symlink_to(tmp_path / "disk" / "made")
    for name in ("link", "dangling"):
        assert run("photo.jpg", "-o", tmp_path / name)[0] == 0
        assert (tmp_path / name).is_symlink()
        assert names(tmp_path / name) >= WRITTEN
    assert names(tmp_path) == {"out", "link", "dangling", "disk"}
    assert names(tmp_path / "disk") == {"made"}
    assert (old_result / "notes.txt").read_text() == "mine"


def test_the_folder_where_the_shell_stands_stays(old_result: Path) -> None:
    (old_result / FACE_FILE).write_text("{}")
    place = os.open(old_result, os.O_RDONLY)  # as a shell stands in it
    try:
        assert run("photo.jpg", "-o", ".", cwd=old_result)[0] == 0
        assert set(os.listdir(place)) >= WRITTEN | {"notes.txt"}  # noqa: PTH208
    finally:
        os.close(place)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("notes.txt", "is a file; choose another name"),
        ("notes.txt/face", "cannot be written to"),
        ("taken", "holds other files and no Likeness result"),
        ("loop", "Too many levels of symbolic links"),
        ("x" * 300, "File name too long"),
        ("/proc/nowhere", "cannot be written to /proc/nowhere"),
    ],
)
def test_a_place_that_will_not_do_is_told_before_the_work(old_result: Path, place: str, words: str) -> None:
    (old_result / "taken").mkdir()
    (old_result / "taken" / "holiday.jpg").touch()
    (old_result / "loop").symlink_to("loop")
    before = names(old_result)
    status, sentence = run("slow.jpg", "-o", old_result / place)  # which would take a minute
    assert status == 2
    assert words in sentence
    assert names(old_result) == before


def test_a_folder_without_leave_is_told_before_the_work(old_result: Path) -> None:
    old_result.chmod(0o555)
    try:
        if os.access(old_result, os.W_OK):
            pytest.skip("an administrator may write everywhere")
        assert run("slow.jpg", "-o", old_result)[1].endswith("Permission denied.")
    finally:
        old_result.chmod(0o755)


def test_a_full_disk_is_told_and_the_old_result_stays(small_disk: Path) -> None:
    write(small_disk)
    before = contents(small_disk)
    status, sentence = run("head.jpg", "-o", small_disk)
    assert (status, sentence.rpartition(": ")[2]) == (2, "No space left on device.")
    assert contents(small_disk) == before


@pytest.mark.parametrize("size", [2, 4, 12])  # megabytes: amid the arrays, amid the scene, amid the glTF file
def test_a_file_that_finds_no_room_leaves_nothing(tmp_path: Path, size: int) -> None:
    resource = pytest.importorskip("resource")
    limit = (size << 20, size << 20)
    status, sentence = run(
        "head.jpg", "-o", tmp_path / "out", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    )
    assert status == 2
    assert "File too large" in sentence
    assert ".likeness-new" not in sentence
    assert not names(tmp_path)


def test_of_two_runs_into_one_folder_the_second_is_told(old_result: Path) -> None:
    before = contents(old_result)
    with start("slow.jpg", "-o", old_result) as first:
        wait_for_stage(first, SLOW_STAGE)
        status, sentence = run("photo.jpg", "-o", old_result)
        assert status == 2
        assert f"Another process is writing a result to {old_result}" in sentence
        first.kill()
        first.communicate()
    assert run("photo.jpg", "-o", old_result)[0] == 0  # the dead one holds nothing
    assert names(old_result) == set(before)


def test_a_scene_that_the_user_has_changed_is_kept(old_result: Path) -> None:
    made = (old_result / BLEND_FILE).read_bytes()
    assert write(old_result) == ""
    assert not any(name.startswith("face.1") for name in names(old_result))
    (old_result / BLEND_FILE).write_bytes(made + b"hours of work")
    assert write(old_result) == "face.blend may hold changes of yours; it is kept as face.1.blend."
    assert write(old_result) == ""
    assert (old_result / "face.1.blend").read_bytes() == made + b"hours of work"
    assert (old_result / BLEND_FILE).read_bytes() != made + b"hours of work"
    (old_result / BLEND_FILE).write_bytes(b"more work")
    assert "kept as face.2.blend" in write(old_result)
    assert (old_result / "face.1.blend").read_bytes() == made + b"hours of work"


def test_the_scene_names_the_files_beside_it(old_result: Path) -> None:
    import bpy
    from likeness.scene.state import faces_of, state_of

    bpy.ops.wm.open_mainfile(filepath=str(old_result / BLEND_FILE))
    images = [image for image in bpy.data.images if image.source == "FILE" and image.packed_file]
    assert {Path(bpy.path.abspath(image.filepath)).parent for image in images if image.filepath} == {old_result}
    (face,) = faces_of(bpy.context.scene)
    assert face.name == old_result.stem
    assert Path(state_of(face).photo).parent == old_result


# What the process is at when the signal comes, and how long it has been: seconds.
MOMENTS = [("loading", 0.0), ("loading", 0.3), (SLOW_STAGE, 0.2), ("preview", 0.0), ("scene", 0.0), ("scene", 0.4),
           ("saving", 0.0), ("saving", 0.5)]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("stage", "delay"), MOMENTS)
def test_a_signal_leaves_the_old_result(
    old_result: Path, tmp_path: Path, stage: str, delay: float, number: signal.Signals
) -> None:
    before = contents(old_result)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    photo = "slow.jpg" if stage == SLOW_STAGE else "head.jpg"
    with start(
        *(photo, "-o", old_result),
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # a shell's background jobs ignore Ctrl-C
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as process:
        wait_for_stage(process, stage)
        time.sleep(delay)
        process.send_signal(number)
        out, said = process.communicate(timeout=120)
    assert (process.returncode, out, said.splitlines()[-1]) == (128 + number, "", "likeness: Interrupted.")
    assert contents(old_result) == before
    assert not names(temporary)


def test_the_doctor_is_interrupted_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "print_report", lambda: signal.raise_signal(signal.SIGINT))
    assert main.main(["doctor"]) == 130
    assert capsys.readouterr().err == "likeness: Interrupted.\n"
