"""Adding a model of the user's: what is recognised, what is installed, what is said when it cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from likeness.bfm.library import importing
from likeness.bfm.library.checking import faults_of
from likeness.bfm.library.importing import Importer, add_model, check_model, install_model, older_names
from likeness.bfm.library.registry import load_model
from likeness.bfm.library.store import MODEL_FILE, installed, models_folder
from likeness.bfm.transfer import completing
from likeness.errors import LikenessError
from likeness.inference import model_import
from other_source import complete_at_once, other_source


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    complete_at_once(monkeypatch)


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    path = tmp_path / "Jürgen 张" / "model.dat"
    path.parent.mkdir()
    path.write_bytes(b"numbers")
    return path


def added(path: Path, model_id: str = "other"):
    return install_model(other_source(model_id), [path], path)


def test_an_added_model_is_known_everywhere(user_file: Path) -> None:
    told: list[float] = []
    record = install_model(other_source(), [user_file], user_file, lambda _, fraction: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert installed() == {"other": record}
    assert record.files[0].name == "model.dat"
    model = load_model("other")
    assert (record.vertices, record.expressions) == (len(model.mean), len(model.expression_names))
    assert model.mean.dtype == model.skin_weights.dtype == np.float32
    assert check_model("other") == []
    with np.load(models_folder() / "other" / MODEL_FILE) as file:
        assert file["kept_too"].tolist() == [1, 2, 3]


def test_a_model_that_cannot_be_used_is_not_installed(user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added(user_file)
    upside_down = replace(load_model("builtin"), id="other", mean=load_model("builtin").mean * [1, -1, 1])
    monkeypatch.setattr(completing, "complete", lambda source, donor, lay: upside_down)
    with pytest.raises(LikenessError, match="cannot be used: its 68 landmarks are not those of an upright face"):
        added(user_file)
    assert check_model("other") == []


def test_check_tells_of_changed_sources_and_a_damaged_file(user_file: Path) -> None:
    added(user_file)
    user_file.write_bytes(b"other numbers")
    assert [sentence.partition(" is not")[0] for sentence in check_model("other")] == [str(user_file)]
    user_file.unlink()
    assert check_model("other") == []
    (models_folder() / "other" / MODEL_FILE).write_bytes(b"PK damaged")
    assert check_model("other") == [f"{models_folder() / 'other' / MODEL_FILE} cannot be read: add other again."]
    with pytest.raises(LikenessError, match="no face model 'nobody'; known are: builtin, other"):
        check_model("nobody")


def test_names_come_from_the_best_model_at_hand(user_file: Path) -> None:
    assert added(user_file).names_from == "builtin"
    ict = added(user_file, "ict")
    assert older_names(ict) == ["Other"]
    assert added(user_file).names_from == "ict"
    assert older_names(ict) == []


def importer(name: str, takes: bool) -> Importer:
    return Importer(name, lambda path: takes, lambda path, full, progress: added(path, name))


@pytest.fixture
def importers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Importer]]:
    known = [importer("a", False), importer("b", True)]
    monkeypatch.setattr(importing, "model_importers", lambda: tuple(known))
    return known


def test_the_one_that_recognises_it_adds_it(user_file: Path, importers: list[Importer]) -> None:
    assert add_model(user_file).id == "b"


def test_what_nothing_or_too_much_recognises_is_one_sentence(user_file: Path, importers: list[Importer]) -> None:
    with pytest.raises(LikenessError, match=rf"^{os.devnull} is neither a file nor a folder\.$"):
        add_model(Path(os.devnull))
    with pytest.raises(LikenessError, match=r"^There is no file or folder .*gone\.$"):
        add_model(user_file.with_name("gone"))
    with pytest.raises(LikenessError, match=r"more than one model, so point at the file of the one you mean: b; c\.$"):
        add_model(user_file, others=(importer("c", True),))
    importers.pop()
    with pytest.raises(LikenessError, match=r"holds nothing that Likeness knows; it takes: a; c\.$"):
        add_model(user_file, others=(importer("c", False),))
    assert installed() == {}


def test_a_path_that_cannot_be_looked_at_is_one_sentence(user_file: Path, importers: list[Importer]) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(LikenessError, match=r"model\.dat cannot be read: Permission denied\.$"):
        add_model(user_file, others=(Importer("c", refuse, importers[0].add),))
    with pytest.raises(LikenessError, match="cannot be read: File name too long"):
        add_model(user_file.with_name("x" * 300))


def test_real_importers_know_a_stranger(user_file: Path) -> None:
    pytest.importorskip("torch", reason="the importers of networks need PyTorch")
    for path in (user_file, user_file.parent):
        with pytest.raises(LikenessError, match=r"it takes: BFM 2009.*; ICT-FaceKit.*; FLAME.*epoch_20\.pth"):
            model_import.add(path)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"mean": lambda mean: np.where(mean == mean.max(), np.nan, mean)}, "its mean holds numbers"),
        ({"identity_basis": lambda basis: basis * np.inf}, "its identity_basis holds numbers"),
        ({"mean": lambda mean: mean * 1000}, "landmarks have the eyes"),
        ({"mean": lambda mean: mean * [-1, 1, 1]}, "not those of an upright face"),
        ({"landmarks68": lambda ids: ids + 10**6}, "its landmarks68 points at something"),
        ({"dense_vertices": lambda ids: ids - 10**6}, "its dense_vertices points at something"),
        ({"skin_weights": lambda weights: weights * 2}, "the rows of its skin_weights"),
    ],
)
def test_faults_are_found(change: dict, fault: str) -> None:
    model = load_model("builtin")
    assert faults_of(model) == []
    with np.errstate(invalid="ignore"):
        broken = replace(model, **{name: alter(getattr(model, name)) for name, alter in change.items()})
    assert any(fault in sentence for sentence in faults_of(broken))
