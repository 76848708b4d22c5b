"""``blender --command likeness``, called as Blender calls it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import command as fake_command
from fbx_files import FbxFile
from likeness.cli import blender_command
from likeness.engine.client import Engine
from likeness.operators import engine_host
from likeness.operators.settings import user_folder
from likeness.scene.photo_set import other_photos
from likeness.scene.state import faces_of

bpy = pytest.importorskip("bpy", reason="Blender's Python module is not installed")
pytestmark = pytest.mark.usefixtures("empty_file", "enabled")

UseEngine = Callable[..., Engine]


@pytest.mark.parametrize("suffix", [".blend", ".glb"])
def test_a_photo_becomes_a_file(
    suffix: str, use_engine: UseEngine, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_engine()
    out = tmp_path / f"Jürgen 张{suffix}"
    assert blender_command.run([str(photo), "-o", str(out), "--quality", "draft"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == str(out)
    assert "fit" in printed.err.splitlines()
    assert out.stat().st_size > 1000
    assert not any(user_folder("jobs").iterdir())
    if suffix == ".blend":
        bpy.ops.wm.open_mainfile(filepath=str(out))
        assert [face.name for face in faces_of(bpy.context.scene)] == [photo.stem]
        assert all(image.packed_file for image in bpy.data.images if image.source == "FILE")
    else:
        assert out.read_bytes()[:4] == b"glTF"


def test_an_fbx_file_is_made_for_a_program(use_engine: UseEngine, photo: Path, tmp_path: Path) -> None:
    use_engine()
    for target, units in (("plain", 1.0), ("unity", 100.0)):  # centimetres in one of the file's
        out = tmp_path / f"{target}.fbx"
        assert blender_command.run([str(photo), "-o", str(out), "--quality", "draft", "--target", target]) == 0
        assert FbxFile(out).settings["UnitScaleFactor"] == units
    assert blender_command.run([str(photo), "-o", str(out), "--target", "frostbite"]) == 2


def test_a_finer_mesh_and_one_that_the_model_does_not_have(
    use_engine: UseEngine, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_engine()
    sizes = []
    for detail, status in (("medium", 0), ("fine", 0), ("coarse", 2)):
        out = tmp_path / f"{detail}.glb"
        assert blender_command.run([str(photo), "-o", str(out), "--quality", "draft", "--detail", detail]) == status
        sizes.append(out.stat().st_size if out.exists() else 0)
    assert sizes[1] > 2 * sizes[0]
    assert sizes[2] == 0
    assert "has no coarser mesh" in capsys.readouterr().err


def test_several_photos_are_one_face(use_engine: UseEngine, photo: Path, tmp_path: Path) -> None:
    use_engine()
    out = tmp_path / "face.blend"
    assert (
        blender_command.run([str(photo), str(photo.with_name("left.jpg")), "-o", str(out), "--quality", "draft"]) == 0
    )
    bpy.ops.wm.open_mainfile(filepath=str(out))
    (face,) = faces_of(bpy.context.scene)
    assert face.name == photo.stem
    assert other_photos(face) == [photo.with_name("left.jpg")]


@pytest.mark.parametrize(
    ("arguments", "steps", "status", "words"),
    [
        (["-o", "a.png"], "hello", 2, "'a.png' ends in none of .blend, .glb, .fbx."),
        (["-o", "/no/folder/a.blend"], "hello", 2, "There is no folder '/no/folder' to write into."),
        (["-o", "taken.blend"], "hello", 2, "taken.blend cannot be written (Is a directory)."),
        (["-o", "a.blend"], "hello run error:input", 2, "No face was found in the photo."),
        (["-o", "a.blend"], "hello run exit:9", 2, "The engine ended unexpectedly (exit code 9)"),
        (["-o", "a.blend", "--quality", "best"], "hello", 2, "invalid choice: 'best'"),
        ([], "hello", 2, "required: -o"),
    ],
)
def test_problems_are_one_sentence_and_a_status(
    arguments: list[str],
    steps: str,
    status: int,
    words: str,
    use_engine: UseEngine,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_engine(fake_command(*steps.split()))
    monkeypatch.chdir(tmp_path)
    Path("taken.blend").mkdir()
    assert blender_command.run([str(photo), *arguments]) == status
    printed = capsys.readouterr()
    assert words in printed.err
    assert "Traceback" not in printed.err
    assert not list(tmp_path.glob("a.*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", ["build", "export_glb"])
def test_a_signal_while_blender_works_waits_for_it_and_leaves_the_old_file(
    number: signal.Signals,
    step: str,
    use_engine: UseEngine,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_engine()
    work, done = getattr(blender_command, step), []

    def interrupted(*arguments: object) -> object:
        signal.raise_signal(number)
        done.append(work(*arguments))
        return done[0]

    monkeypatch.setattr(blender_command, step, interrupted)
    before, out = signal.getsignal(number), tmp_path / "made" / "a.glb"
    out.parent.mkdir()
    out.write_text("old")
    assert blender_command.run([str(photo), "-o", str(out), "--quality", "draft"]) == 128 + number
    assert capsys.readouterr().err.splitlines()[-1] == "likeness: Interrupted."
    assert len(done) == 1
    assert [path.name for path in out.parent.iterdir()] == ["a.glb"]
    assert out.read_text() == "old"
    assert not any(user_folder("jobs").iterdir())
    assert signal.getsignal(number) == before


def test_a_full_disk_is_told_of_the_file_that_was_asked_for(
    use_engine: UseEngine, photo: Path, small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_engine()
    (small_disk / "taken").write_bytes(bytes(2_080_000))
    out = small_disk / "a.glb"
    assert blender_command.run([str(photo), "-o", str(out), "--quality", "draft"]) == 2
    told = f"likeness: {out} cannot be written (No space left on device)."
    assert capsys.readouterr().err.splitlines()[-1] == told
    assert [path.name for path in small_disk.iterdir()] == ["taken"]


def test_a_fault_is_logged(
    use_engine: UseEngine,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a fault of Likeness")

    use_engine()
    monkeypatch.setattr(blender_command, "build", fail)
    assert blender_command.run([str(photo), "-o", str(tmp_path / "a.blend")]) == 1
    log = user_folder("logs") / "likeness.log"
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"likeness: The command failed unexpectedly; the details are in {log}."
    assert "a fault of Likeness" in log.read_text(encoding="utf-8")


def test_the_interpreter_may_be_given_from_the_current_folder(
    use_engine: UseEngine, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, asked = use_engine(), []
    monkeypatch.setattr(engine_host, "get_engine", lambda interpreter: asked.append(interpreter) or engine)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python3")
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.chdir(tmp_path)
    for given in ("env", str(python.relative_to(tmp_path))):
        assert blender_command.run([str(photo), "-o", "a.blend", "--python", given]) == 0
    assert asked == [python, python]


def test_the_interpreter_may_be_given(photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        blender_command.run([str(photo), "-o", str(tmp_path / "a.blend"), "--python", str(tmp_path / "no python")]) == 2
    )
    engine_host.shutdown()
    assert "engine" in capsys.readouterr().err.splitlines()[-1]


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert blender_command.run(["--help"]) == 0
    assert "blender --command likeness" in capsys.readouterr().out
