"""``likeness models``: what it prints and returns."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from likeness.bfm import model_ids
from likeness.bfm.library import getting, importing
from likeness.bfm.library.importing import install_model
from likeness.bfm.library.networks import COMPANIONS, KNOWN
from likeness.bfm.library.registry import load_model
from likeness.bfm.library.sources import DOWNLOADS, SOURCES
from likeness.bfm.library.store import MODEL_FILE, models_folder
from likeness.bfm.transfer import completing
from likeness.cli import main
from likeness.errors import LikenessError
from other_source import other_source, read_at_once


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    read_at_once(monkeypatch)


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    path = tmp_path / "flame2020.dat"
    path.write_bytes(b"numbers")
    return path


def run(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main.main(["models", *map(str, arguments)])
    return status, *capfd.readouterr()


def test_the_list_starts_with_the_built_in_model(capfd: pytest.CaptureFixture[str], user_file: Path) -> None:
    run(capfd, "add", user_file)
    status, table, note = run(capfd)
    assert status == 0
    assert table == run(capfd, "list")[1]
    heading, builtin, brought, *_ = table.splitlines()
    assert heading.split() == ["id", "name", "vertices", "keys", "commercial", "size", "added", "licence"]
    model = load_model("builtin")
    counts = [str(len(model.mean)), str(len(model.expression_names))]
    assert builtin.split()[:5] == ["builtin", "Built-in", *counts, "yes"]
    assert brought.split()[:5] == ["flame2020", "Flame2020", *counts, "no"]
    assert brought.endswith("nobody's")
    assert f"Library: {models_folder()}" in note


def test_the_list_for_programs(capfd: pytest.CaptureFixture[str], user_file: Path) -> None:
    run(capfd, "add", user_file)
    for arguments in (("--json",), ("list", "--json"), ("--json", "list")):
        entries = json.loads(run(capfd, *arguments)[1])
        assert [entry["id"] for entry in entries if entry["installed"]] == ["builtin", "flame2020"]
        assert entries[1]["size"] > 1e6
        assert len(entries[1]["added"]) == len("2026-01-31")
    assert main.main(["--json", "models"]) == 0
    assert json.loads(capfd.readouterr().out) == entries


HAD = ["ict", "gnm", "bfm2009", "bfm2017", "bfm2019", "flame2020", "flame2023", "facescape"]
HAD += ["deep3d", "df2net", "rafare_base", "rafare_fine", "rafare_normals_front", "rafare_normals_back", "face_parsing"]
HAD += ["facescape_single", "facescape_rig", "facescape_layout"]


def test_the_list_tells_what_else_can_be_had(capfd: pytest.CaptureFixture[str], user_file: Path) -> None:
    there, _, others = run(capfd)[1].partition("\n\n")
    assert len(there.splitlines()) == 2
    sentence, _, heading, *rows = others.splitlines()
    assert sentence == "Not in the library; these can be had (PATH: your file or folder):"
    assert heading.split() == ["id", "name", "commercial", "licence", "command", "source"]
    assert [row.split()[0] for row in rows] == HAD
    told = {row.split()[0]: row for row in rows}
    assert "Apache-2.0" in told["gnm"]
    assert "likeness models get gnm" in told["gnm"]
    assert told["gnm"].endswith("https://huggingface.co/google/gnm-v3")
    assert all("likeness models add PATH" in told[model] for model in HAD[2:])
    assert told["flame2023"].split()[3:6] == ["read", "its", "licence"]
    run(capfd, "add", user_file)
    there, _, others = run(capfd)[1].partition("\n\n")
    assert [row.split()[0] for row in there.splitlines()] == ["id", "builtin", "flame2020"]
    assert [row.split()[0] for row in others.splitlines()[3:]] == [name for name in HAD if name != "flame2020"]


def test_what_else_can_be_had_for_programs(capfd: pytest.CaptureFixture[str]) -> None:
    entries = json.loads(run(capfd, "--json")[1])
    others = {entry["id"]: entry for entry in entries if not entry["installed"]}
    assert list(others) == HAD
    assert others["ict"]["command"] == "likeness models get ict"
    assert (others["gnm"]["licence"], others["gnm"]["commercial"]) == ("Apache-2.0", "yes")
    assert {entry["kind"] for entry in others.values()} == {"model", "network"}
    assert [entry["command"] for entry in entries if entry["installed"]] == [""]


def test_every_kind_of_model_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader makes stands in the list, and what is downloaded has a reader."""
    monkeypatch.undo()
    ids = {value for name, value in vars(model_ids).items() if name.isupper()}
    ids |= {network.id for network in (*KNOWN, *COMPANIONS)}
    assert ids - {model_ids.BUILTIN, model_ids.BFM2009_FULL} == {source.id for source in SOURCES}
    assert set(getting.READERS) == set(DOWNLOADS) == {"ict", "gnm"}
    kinds = {re.match(r"[A-Za-z]+", importer.accepts)[0] for importer in importing.model_importers()}
    assert kinds <= {re.match(r"[A-Za-z]+", source.name)[0] for source in SOURCES}


def test_add_says_under_which_name(capfd: pytest.CaptureFixture[str], user_file: Path) -> None:
    status, out, shown = run(capfd, "add", user_file)
    assert (status, out) == (0, "Flame2020 is in the library as flame2020.\n")
    assert shown.splitlines()[0] == "Completing Flame2020"
    assert json.loads(run(capfd, "add", user_file, "--full", "--json")[1])["added"] == "full"


def test_models_whose_names_would_be_better_now_are_told(
    capfd: pytest.CaptureFixture[str], user_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capfd, "add", user_file)
    ict = user_file.with_name("ict.dat")
    ict.write_bytes(b"")
    told = "Flame2020 keep the built-in model's named keys until they are added again."
    assert told in run(capfd, "add", ict)[1]
    installing = {"ict": lambda progress: install_model(other_source("ict"), [ict], ict, progress)}
    monkeypatch.setattr(getting, "get_model", lambda model, progress: installing[model](progress))
    assert told in run(capfd, "get", "ict")[1]


def test_what_cannot_be_added_is_one_sentence(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, shown = run(capfd, "add", tmp_path, "--json")
    assert status == 2
    assert json.loads(out)["error"] in shown
    assert (
        "holds nothing that Likeness knows; it takes: anything.dat; a network's official checkpoint (epoch_20.pth"
        in shown
    )
    assert len(shown.splitlines()) == 1


def test_check(capfd: pytest.CaptureFixture[str], user_file: Path) -> None:
    run(capfd, "add", user_file)
    assert run(capfd, "check")[:2] == (0, "builtin is in order.\nflame2020 is in order.\n")
    (models_folder() / "flame2020" / MODEL_FILE).write_bytes(b"damaged")
    assert run(capfd, "check", "builtin")[0] == 0
    status, _, shown = run(capfd, "check")
    assert status == 2
    assert shown.splitlines()[-1].endswith("cannot be read: add flame2020 again.")
    assert "no face model 'nobody'" in run(capfd, "check", "nobody")[2]


def test_remove(capfd: pytest.CaptureFixture[str], user_file: Path) -> None:
    run(capfd, "add", user_file)
    assert run(capfd, "remove", "flame2020")[:2] == (0, "flame2020 is removed.\n")
    assert user_file.is_file()
    assert run(capfd, "remove", "flame2020")[0] == 2
    assert run(capfd, "remove", "builtin")[0] == 2


def test_a_fault_leaves_a_log(
    capfd: pytest.CaptureFixture[str], user_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completing, "complete", lambda source, donor, lay: 1 / 0)
    status, _, shown = run(capfd, "add", user_file)
    assert status == 1
    log = Path(shown.splitlines()[-1].partition("details are in ")[2].rstrip("."))
    assert "ZeroDivisionError" in log.read_text()
    log.unlink()


def test_signals_leave_the_library_alone(
    capfd: pytest.CaptureFixture[str], user_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        monkeypatch.setattr(completing, "complete", lambda *_, number=number: signal.raise_signal(number))
        status, _, shown = run(capfd, "add", user_file)
        assert (status, shown.splitlines()[-1]) == (128 + number, "likeness: Interrupted.")
        assert not list(models_folder().glob("*"))


def test_a_mistyped_command_is_explained(capfd: pytest.CaptureFixture[str]) -> None:
    for arguments in (["wrong"], ["add"], ["get", "flame"], ["remove"]):
        with pytest.raises(SystemExit, match="2"):
            main.main(["models", *arguments])


def test_an_unknown_model_is_a_sentence_that_lists_the_known_ones(user_file: Path) -> None:
    install_model(other_source(), [user_file], user_file)
    with pytest.raises(LikenessError, match="no face model 'bmf2009'; known are: builtin, other"):
        load_model("bmf2009")


def test_help_needs_no_library() -> None:
    code = (
        "import sys\n"
        "for name in ('numpy', 'torch', 'cv2', 'scipy', 'mediapipe'): sys.modules[name] = None\n"
        "from likeness.cli.main import main\n"
        "main(['models', '--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "{list,add,get,check,remove}" in done.stdout


def test_a_library_that_cannot_be_written_is_told_before_the_work(
    capfd: pytest.CaptureFixture[str], user_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completing, "complete", lambda source, donor, lay: 1 / 0)
    models_folder().rmdir()
    models_folder().write_text("in the way")
    status, _, shown = run(capfd, "add", user_file)
    assert status == 2
    assert shown == f"likeness: The folder {models_folder()} cannot be written: File exists.\n"
