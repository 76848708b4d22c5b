"""The command line: what it writes, prints and returns, with a pipeline that answers at once."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import pytest
from likeness.cli import main
from likeness.cli.console import ProgressBar
from likeness.errors import LikenessError
from likeness.inference.preview import contact_sheet
from likeness.result.folder import read_reconstruction
from likeness.result.reconstruction import Reconstruction
from likeness.version import VERSION
from synthetic import sheet_reconstruction

Work = Callable[[Callable[[str, float], None]], Reconstruction]


@dataclass(frozen=True)
class FakeOptions:
    """The pipeline's options with defaults that no command line could mean."""

    model: str = "default"
    quality: str = "default"
    texture_size: int | str = -1
    device: str = "default"
    face: int | None = None
    fit: str = "default"
    scalp_tint: bool = True
    shape: str = "default"
    relief: str = "default"
    deep3d_files: bool = False
    network_files: bool = False


class FakePipeline(ModuleType):
    """Stands for `inference.pipeline`: remembers how it was called, then does ``work``."""

    PipelineOptions = FakeOptions

    def __init__(self) -> None:
        super().__init__("pipeline")
        self.calls: list[tuple[list[Path], FakeOptions]] = []
        self.work: Work = lambda progress: sheet_reconstruction()

    def reconstruct(
        self, photos: list[Path], options: FakeOptions, progress: Callable[[str, float], None]
    ) -> Reconstruction:
        self.calls.append((photos, options))
        progress("landmarks", 0.2)
        progress("fit", 0.5)
        return self.work(progress)


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakePipeline:
    fake = FakePipeline()
    monkeypatch.setitem(sys.modules, "likeness.inference.pipeline", fake)
    monkeypatch.setattr(contact_sheet, "TILE_WIDTH", 40)  # what the sheet shows is tested elsewhere
    monkeypatch.setattr(contact_sheet, "TILE_HEIGHT", 50)
    monkeypatch.chdir(tmp_path)
    return fake


def likeness(*arguments: str) -> int:
    """The command; as in a real process its ``print`` writes to the file descriptors, round which pytest's own goes."""
    streams = [open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2)]  # noqa: SIM115
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        status = main.main(arguments)
        for stream in streams:
            stream.flush()
    return status


@pytest.fixture
def without_bpy(monkeypatch: pytest.MonkeyPatch) -> None:
    original = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bpy" else original(name))


def test_the_gltf_file_is_as_fine_as_was_asked(
    pipeline: FakePipeline, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("bpy")
    sizes = []
    for detail in ("medium", "fine"):
        assert likeness("photo.jpg", "-o", str(tmp_path / detail), "--detail", detail) == 0
        sizes.append((tmp_path / detail / "face.glb").stat().st_size)
    assert sizes[1] > 2 * sizes[0]
    capfd.readouterr()
    assert likeness("photo.jpg", "-o", str(tmp_path / "coarse"), "--detail", "coarse") == 2
    assert "has no coarser mesh" in capfd.readouterr().err


def test_a_photo_becomes_a_folder(pipeline: FakePipeline, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("bpy")
    assert likeness("ünï 写真.jpg") == 0
    folder = tmp_path / "ünï 写真.likeness"
    assert {"face.json", "mesh.npz", "albedo.png", "face.blend", "face.glb"} <= {p.name for p in folder.iterdir()}
    assert read_reconstruction(folder).model["id"] == "sheet"
    assert (folder / "face.glb").read_bytes()[:4] == b"glTF"
    out, err = capfd.readouterr()
    assert out.count("\n") == 1
    assert str(folder) in out
    assert err.splitlines() == ["loading", "landmarks", "fit", "preview", "scene", "saving"]


@pytest.mark.usefixtures("without_bpy")
def test_warnings_are_printed_and_part_of_the_record(
    pipeline: FakePipeline, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sentences = ["lawn.jpg is left out: No face was found in the photo.", "'b.jpg' is incomplete."]
    pipeline.work = lambda progress: replace(sheet_reconstruction(), warnings=sentences)
    assert likeness("lawn.jpg", "b.jpg", "-o", str(tmp_path / "a")) == 0
    out, err = capfd.readouterr()
    assert [line for line in err.splitlines() if line in sentences] == sentences
    assert out.count("\n") == 1
    assert likeness("lawn.jpg", "b.jpg", "-o", str(tmp_path / "b"), "--json") == 0
    assert json.loads(capfd.readouterr().out)["warnings"] == sentences


@pytest.mark.usefixtures("without_bpy")
def test_without_blender_the_rest_is_written(
    pipeline: FakePipeline, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "result"
    likeness("photo.jpg", "-o", str(folder))
    (folder / "face.blend").write_text("of an earlier run")
    (folder / "notes.txt").write_text("the user's own")
    capfd.readouterr()
    assert likeness("photo.jpg", "-o", str(folder), "--json") == 0
    outcome = json.loads(capfd.readouterr().out)
    assert outcome["folder"] == str(folder)
    assert {"face.json", "preview.png", "notes.txt"} <= set(outcome["files"])
    assert "face.blend" not in outcome["files"]
    assert "pip install bpy" in outcome["note"]
    assert set(outcome["timings"]) == {"fit", "preview", "scene"}
    assert outcome["timings"]["fit"] == 0.5
    assert outcome["seconds"] >= outcome["timings"]["preview"]


@pytest.mark.usefixtures("without_bpy")
def test_options_reach_the_pipeline_and_others_keep_its_defaults(pipeline: FakePipeline) -> None:
    likeness("a.jpg")
    chosen = ("--quality", "draft", "--texture-size", "512", "--face", "0", "--device", "cpu", "--model", "m")
    likeness("b.jpg", *chosen, "--bare-scalp")
    likeness("c.jpg", "--texture-size", "auto")
    assert pipeline.calls == [
        ([Path("a.jpg")], FakeOptions()),
        ([Path("b.jpg")], FakeOptions("m", "draft", 512, "cpu", 0, scalp_tint=False)),
        ([Path("c.jpg")], FakeOptions(texture_size="auto")),
    ]


@pytest.mark.usefixtures("without_bpy")
def test_several_photos_become_one_folder_named_after_the_first(pipeline: FakePipeline, tmp_path: Path) -> None:
    assert likeness("left.jpg", "front.jpg", "right.jpg", "--quality", "draft") == 0
    (call,) = pipeline.calls
    assert call[0] == [Path("left.jpg"), Path("front.jpg"), Path("right.jpg")]
    assert [path.name for path in tmp_path.iterdir()] == ["left.likeness"]


def test_a_bad_photo_is_one_sentence(pipeline: FakePipeline, capfd: pytest.CaptureFixture[str]) -> None:
    def work(progress: Callable[[str, float], None]) -> Reconstruction:
        raise LikenessError("No face was found.")

    pipeline.work = work
    assert likeness("photo.jpg") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "likeness: No face was found."
    assert likeness("photo.jpg", "--json") == 2
    assert json.loads(capfd.readouterr().out) == {"error": "No face was found."}
    assert not Path("photo.likeness").exists()


def test_a_fault_leaves_a_log_with_everything(pipeline: FakePipeline, capfd: pytest.CaptureFixture[str]) -> None:
    def work(progress: Callable[[str, float], None]) -> Reconstruction:
        os.write(2, b"a library's last words\n")
        raise ZeroDivisionError("a bug")

    pipeline.work = work
    assert likeness("photo.jpg") == 1
    sentence = capfd.readouterr().err.splitlines()[-1]
    assert "Traceback" not in sentence
    log = Path(sentence.split(" in ")[-1].removesuffix("."))
    text = log.read_text(encoding="utf-8")
    log.unlink()
    assert "a library's last words" in text
    assert "ZeroDivisionError: a bug" in text


def test_ctrl_c(pipeline: FakePipeline, capfd: pytest.CaptureFixture[str]) -> None:
    def work(progress: Callable[[str, float], None]) -> Reconstruction:
        raise KeyboardInterrupt

    pipeline.work = work
    assert likeness("photo.jpg") == 130
    assert capfd.readouterr().err.splitlines()[-1] == "likeness: Interrupted."


@pytest.mark.usefixtures("without_bpy")
def test_chatty_libraries_are_silent(pipeline: FakePipeline, capfd: pytest.CaptureFixture[str]) -> None:
    def work(progress: Callable[[str, float], None]) -> Reconstruction:
        os.write(1, b"chatter\n")
        os.write(2, b"W0000 chatter\n")
        print("chatter")
        return sheet_reconstruction()

    pipeline.work = work
    assert likeness("photo.jpg", "--json") == 0
    out, err = capfd.readouterr()
    json.loads(out)
    assert "chatter" not in out + err


@pytest.mark.usefixtures("without_bpy")
def test_a_folder_that_cannot_be_written_is_one_sentence(
    pipeline: FakePipeline, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    assert likeness("photo.jpg", "-o", str(tmp_path / "taken" / "face")) == 2
    assert capfd.readouterr().err.splitlines()[-1].startswith("likeness: ")


def test_a_folder_of_others_is_refused_before_the_work(
    pipeline: FakePipeline, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_bytes(b"")
    assert likeness("photo.jpg", "-o", "holiday") == 2
    assert "holds other files" in capfd.readouterr().err
    assert not pipeline.calls


def test_bar_on_a_terminal_ends_on_an_empty_line() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with ProgressBar(stream) as bar:
        bar.update("fit", 0.5)
        bar.update("texture", 7.0)
    lines = stream.getvalue().split("\r\x1b[K")
    assert lines == ["", "[############............]  50% fit", "[########################] 100% texture", ""]


def test_the_help_shows_the_commands(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main.main(["--help"])
    out = " ".join(capfd.readouterr().out.split())
    for words in ("usage: likeness [-h]", "PHOTO", "`likeness models`", "`likeness transfer`", "`likeness doctor`"):
        assert words in out
    for name in ("models", "transfer", "doctor"):
        with pytest.raises(SystemExit, match="0"):
            main.main([name, "--help"])
        assert f"usage: likeness {name} [-h]" in capfd.readouterr().out


@pytest.mark.usefixtures("without_bpy")
def test_only_the_first_word_names_a_command(pipeline: FakePipeline) -> None:
    """Photos may have a command's name: given with their folder, after another photo or after an option's value."""
    for arguments in (["./models"], ["--json", "./doctor"], ["a.jpg", "models"], ["--quality", "draft", "transfer"]):
        assert likeness(*arguments) == 0
    assert [photos for photos, _ in pipeline.calls] == [
        [Path("models")],
        [Path("doctor")],
        [Path("a.jpg"), Path("models")],
        [Path("transfer")],
    ]


def test_an_unknown_option_is_explained_by_its_command(capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, prog in (
        (["a.jpg", "--bogus"], "likeness"),
        (["models", "list", "--bogus"], "likeness models"),
        (["transfer", "r", "--model", "m", "--bogus"], "likeness transfer"),
        (["--bogus", "doctor"], "likeness"),
        (["doctor", "--bogus"], "likeness doctor"),
    ):
        with pytest.raises(SystemExit, match="2"):
            main.main(arguments)
        err = capfd.readouterr().err
        assert f"{prog}: error: unrecognized arguments: --bogus" in err
        assert err.startswith(f"usage: {prog} [-h]")


@pytest.mark.usefixtures("without_bpy")
def test_a_device_that_does_not_work_is_told(pipeline: FakePipeline, capfd: pytest.CaptureFixture[str]) -> None:
    note = "Using the CPU, because cuda does not work here (no driver)."
    sheet = sheet_reconstruction()
    pipeline.work = lambda progress: replace(sheet, provenance={**sheet.provenance, "device": note})
    assert likeness("photo.jpg", "--device", "cuda") == 0
    assert note in capfd.readouterr().err
    assert likeness("photo.jpg", "--device", "cuda", "--json") == 0
    assert json.loads(capfd.readouterr().out)["note"].startswith(note)


@pytest.mark.parametrize("size", ["0", "100000", "2k", "-1"])
def test_a_size_that_no_texture_has_is_told_at_once(
    pipeline: FakePipeline, size: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main.main(["photo.jpg", f"--texture-size={size}"])
    sentence = f"A texture's size is 'auto' or a whole number of pixels from 16 to 4096, not {size!r}."
    assert sentence in capfd.readouterr().err
    assert not pipeline.calls


def test_wrong_options_end_with_the_usage(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main.main(["photo.jpg", "--quality", "best"])
    assert stop.value.code == 2
    assert "usage: likeness" in capfd.readouterr().err


def test_module_entry_point() -> None:
    command = [sys.executable, "-m", "likeness", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == f"Likeness {VERSION}"
