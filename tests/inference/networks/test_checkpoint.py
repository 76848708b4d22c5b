"""Checkpoints: every official layout loads strictly; whatever else a file is, one sentence and nothing executed."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likeness.bfm.library.networks import DEEP3D
from likeness.errors import LikenessError
from likeness.inference.networks import checkpoint
from likeness.inference.networks.official import identify, recognises, save_network, source_files
from likeness.inference.networks.r_net import RNet
from torch import Tensor

State = dict[str, Tensor]


def sentence_of(path: Path) -> str:
    """What is said of a file that cannot be loaded: one sentence that names it."""
    with pytest.raises(LikenessError) as told:
        identify(path)
    text = str(told.value)
    assert str(path) in text
    assert "epoch_20.pth" in text
    assert "\n" not in text
    assert text.endswith(".")
    return text


def saved(content: object, path: Path, **options: object) -> Path:
    torch.save(content, path, **options)
    return path


def loaded(path: Path) -> RNet:
    """Deep3D's network out of a checkpoint of its."""
    known, network = identify(path)
    assert known.id == DEEP3D
    assert isinstance(network, RNet)
    return network


def same(network: RNet, state: State) -> bool:
    return all(torch.equal(network.state_dict()[name], tensor) for name, tensor in state.items())


def test_the_official_layouts(small_file: Path, small_state: State, tmp_path: Path) -> None:
    assert same(loaded(small_file), small_state)
    assert same(loaded(saved(small_state, tmp_path / "bare.pth")), small_state)
    prefixed = {f"module.{name}": tensor for name, tensor in small_state.items()}
    assert same(loaded(saved({"net_recon": prefixed}, tmp_path / "module.pth")), small_state)
    old = saved({"net_recon": small_state}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert same(loaded(old), small_state)
    assert not loaded(small_file).training


@pytest.mark.parametrize(("depth", "use_last_fc"), [(34, False), (18, True)])
def test_variants_are_told_by_their_weights(depth: int, use_last_fc: bool, tmp_path: Path) -> None:
    network = RNet(depth, use_last_fc)
    assert same(loaded(saved(network.state_dict(), tmp_path / "variant.pth")), network.state_dict())


def test_half_precision_becomes_single(small_state: State, tmp_path: Path) -> None:
    half = {name: t.half() if t.is_floating_point() else t for name, t in small_state.items()}
    network = loaded(saved(half, tmp_path / "half.pth"))
    assert network.backbone.conv1.weight.dtype == torch.float32


def test_the_cleaned_file_holds_the_weights_alone(small_file: Path, small_state: State, tmp_path: Path) -> None:
    save_network(loaded(small_file), tmp_path / "network.pt")
    content = torch.load(tmp_path / "network.pt", weights_only=True)
    assert content.keys() == small_state.keys()
    assert same(loaded(tmp_path / "network.pt"), small_state)


def test_wrong_names_and_shapes_are_named(small_state: State, tmp_path: Path) -> None:
    state = dict(small_state)
    state["final_layers.7.weight"] = torch.zeros(1)
    del state["backbone.bn1.bias"]
    state["backbone.conv1.weight"] = torch.zeros(64, 3, 3, 3)
    text = sentence_of(saved(state, tmp_path / "wrong.pth"))
    assert "it lacks backbone.bn1.bias" in text
    assert "it has besides final_layers.7.weight" in text
    assert "backbone.conv1.weight is float32 64x3x3x3 and should be float32 64x3x7x7" in text


def test_only_the_first_wrong_names_are_told(small_state: State, tmp_path: Path) -> None:
    state = {name.replace("final_layers", "heads"): tensor for name, tensor in small_state.items()}
    text = sentence_of(saved(state, tmp_path / "renamed.pth"))
    assert "final_layers.0.weight, final_layers.0.bias, final_layers.1.weight and 11 more" in text
    assert len(text) < 600


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([torch.zeros(2)], "holds no weights by name"),
        ({"epoch": 20}, "is not the weights of one network (its epoch is none)"),
        ({}, "is not the weights of one network"),
        ({"net_recon": {"backbone.conv1.weight": "text"}}, "its backbone.conv1.weight is none"),
        ({"final_layers.0.weight": torch.zeros(2)}, "it lacks backbone.conv1.weight"),
        ({3: torch.zeros(2)}, "holds no weights by name"),
    ],
)
def test_other_content(content: object, words: str, tmp_path: Path) -> None:
    assert words in sentence_of(saved(content, tmp_path / "other.pth"))


def test_weights_that_are_no_numbers(small_state: State, tmp_path: Path) -> None:
    state = {**small_state, "backbone.bn1.bias": torch.full((64,), float("nan"))}
    assert "infinite or no numbers" in sentence_of(saved(state, tmp_path / "nan.pth"))


class Malicious:
    """Unpickled, it leaves a file behind."""

    def __init__(self, witness: Path) -> None:
        self.command = f'echo run > "{witness}"'

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


@pytest.mark.parametrize("how", ["zip", "legacy", "pickle"])
def test_a_malicious_file_runs_nothing(how: str, small_state: State, tmp_path: Path) -> None:
    path, witness = tmp_path / "malicious.pth", tmp_path / "witness"
    content = {"net_recon": small_state, "opt_00": Malicious(witness)}
    if how == "pickle":
        path.write_bytes(pickle.dumps(content["opt_00"]))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=how == "zip")
    text = sentence_of(path)
    assert ("system" in text) == (how != "pickle")
    assert not witness.exists()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_torchscript_program_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "script.pth"
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), str(path))
    assert "TorchScript" in sentence_of(path)


def test_files_that_are_something_else(tmp_path: Path) -> None:
    text = tmp_path / "page.pth"
    text.write_text("<html>Google Drive: quota exceeded</html>", encoding="utf-8")
    assert "is not a PyTorch checkpoint" in sentence_of(text)
    with zipfile.ZipFile(tmp_path / "archive.pth", "w") as archive:
        archive.writestr("epoch_20.txt", "nothing")
    assert "is not a PyTorch checkpoint" in sentence_of(tmp_path / "archive.pth")
    (tmp_path / "empty.pth").touch()
    assert "is not a PyTorch checkpoint" in sentence_of(tmp_path / "empty.pth")
    (tmp_path / "FaceReconModel.pb").write_bytes(b"\x0a\x20")
    assert "TensorFlow" in sentence_of(tmp_path / "FaceReconModel.pb")
    assert "No such file" in sentence_of(tmp_path / "absent.pth")


def test_a_file_too_large_is_not_opened(tmp_path: Path) -> None:
    sparse = tmp_path / "huge.pth"
    with sparse.open("wb") as stream:
        stream.truncate(checkpoint.LARGEST_BYTES + 1)
    assert "far too large" in sentence_of(sparse)


def test_a_zip_that_unpacks_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "LARGEST_BYTES", 1 << 20)
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", bytes(1 << 21))
    assert path.stat().st_size < 1 << 14
    assert "far too large" in sentence_of(path)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.0, 0.999))
def test_a_truncated_file_is_told(share: float, small_file: Path, tmp_path: Path) -> None:
    whole = small_file.read_bytes()
    path = tmp_path / "truncated.pth"
    path.write_bytes(whole[: int(share * len(whole))])
    sentence_of(path)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4))
def test_a_damaged_file_is_told(damage: list[tuple[float, bytes]], tmp_path: Path) -> None:
    """Whatever bytes are changed, it is a sentence and never another exception."""
    path = tmp_path / "damaged.pth"
    torch.save({"net_recon": {"backbone.conv1.weight": torch.zeros(64, 3, 7, 7)}}, path)
    content = bytearray(path.read_bytes())
    for place, patch in damage:
        start = int(place * (len(content) - len(patch)))
        content[start : start + len(patch)] = patch
    path.write_bytes(content)
    sentence_of(path)


def test_what_is_recognised(small_file: Path, tmp_path: Path) -> None:
    assert recognises(small_file)
    assert recognises(small_file.parent)
    assert source_files(small_file.parent) == [small_file]
    assert not recognises(tmp_path)
    assert not recognises(tmp_path / "absent.pth")
    (tmp_path / "01_MorphableModel.mat").touch()
    assert not recognises(tmp_path / "01_MorphableModel.mat")
    for name in ("epoch_9.pth", "epoch_20.pth", "epoch_latest.pth"):
        (tmp_path / name).touch()
    assert source_files(tmp_path) == [tmp_path / "epoch_20.pth"]
    with pytest.raises(LikenessError, match="holds no checkpoint"):
        source_files(_empty(tmp_path))


def _empty(folder: Path) -> Path:
    path = folder / "empty"
    path.mkdir()
    return path
