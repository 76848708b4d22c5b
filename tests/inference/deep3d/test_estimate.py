"""A face that is what the network says alone: from the library's network to the result folder."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.bfm.library import store
from likeness.bfm.library.networks import DEEP3D
from likeness.bfm.library.store import Record, install
from likeness.errors import LikenessError
from likeness.inference.deep3d import estimate
from likeness.inference.deep3d.alignment import CROP_PX
from likeness.inference.detectors.landmarks import FaceLandmarks, detect_faces
from likeness.inference.fitting.view import View
from likeness.inference.images import Photo
from likeness.inference.networks.library import library_network
from likeness.inference.networks.r_net import HEAD_SIZES, RNet
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.reconstruction import Reconstruction
from PIL import Image
from scipy.io import loadmat

Told = list[str]
ALONE = PipelineOptions(model="bfm2009", quality="draft", device="cpu", fit="none", deep3d_files=True)
NETWORK = Record("deep3d", "Deep3D R-Net", "a test", "none", "network", (), "test")
MODEL = replace(NETWORK, id="bfm2009", name="BFM 2009", kind="model")


def network_that_says(vector: torch.Tensor) -> RNet:
    """Whatever it sees."""
    network = RNet(18).eval()
    for layer, bias in zip(network.final_layers, vector.split(HEAD_SIZES), strict=True):
        layer.bias.data = bias.clone()
    return network


@pytest.fixture(scope="module")
def answer() -> torch.Tensor:
    """A face a little to the side, smiling in light from the left."""
    torch.manual_seed(4)
    vector = torch.zeros(257)
    vector[:224] = torch.randn(224) * 0.3
    vector[225] = 0.1
    vector[227:254:9] = 0.1
    vector[230:254:9] = 0.2
    return vector


@pytest.fixture(scope="module")
def folder(bfm_model_file: Path, answer: torch.Tensor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with model and network."""
    path = tmp_path_factory.mktemp("library")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.FOLDER_VARIABLE, str(path))
        install(MODEL, lambda work: (work / store.MODEL_FILE).symlink_to(bfm_model_file))
        install(NETWORK, lambda work: torch.save(network_that_says(answer).state_dict(), work / store.NETWORK_FILE))
    return path


@pytest.fixture
def brought(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That library is the user's."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "portrait.png"
    Image.fromarray(pytest.importorskip("skimage.data").astronaut()).save(path)
    return path


@pytest.fixture(scope="module")
def alone(
    face_finder: None, portrait: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Reconstruction, Told, Path]:
    """The result without a fit, the stages it told of, and its folder."""
    told: Told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.FOLDER_VARIABLE, str(folder))
        result = reconstruct(portrait, ALONE, lambda stage, fraction: told.append(stage))
    written = tmp_path_factory.mktemp("result") / "face"
    write_reconstruction(result, written)
    return result, told, written


def test_the_result_is_what_the_network_says(alone: tuple[Reconstruction, Told, Path], answer: torch.Tensor) -> None:
    result, told, written = alone
    assert list(result.timings) == ["reading", "landmarks", "network"]
    assert "network" in told
    assert result.coefficients["identity"] == pytest.approx(answer[:80].tolist(), abs=1e-5)
    assert result.coefficients["expression"][:64] == pytest.approx(answer[80:144].tolist(), abs=1e-5)
    assert result.coefficients["albedo"] == pytest.approx(answer[144:224].tolist(), abs=1e-5)
    assert "R-Net" in result.provenance["coefficients"]
    # Alignment alone brings a face of mean proportions close to the one in the photo.
    assert result.landmarks["reprojection_error"] < 0.15
    assert read_reconstruction(written).coefficients == result.coefficients


def test_the_official_files(alone: tuple[Reconstruction, Told, Path], answer: torch.Tensor) -> None:
    result, _, written = alone
    numbers = loadmat(written / "deep3d.mat")
    shapes = {name: value.shape for name, value in numbers.items() if not name.startswith("__")}
    assert shapes == {
        "id": (1, 80), "exp": (1, 64), "tex": (1, 80), "angle": (1, 3), "gamma": (1, 27), "trans": (1, 3),
        "lm68": (1, 68, 2),
    }  # fmt: skip
    assert numbers["gamma"][0] == pytest.approx(answer[227:254].numpy(), abs=1e-5)
    nose, chin = numbers["lm68"][0, [30, 8]]
    assert nose[1] < chin[1] < CROP_PX  # y down
    lines = (written / "deep3d.obj").read_text().splitlines()
    vertices = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    faces = np.array([line.split()[1:] for line in lines if line.startswith("f ")], int)
    assert vertices.shape == (len(result.mesh.vertices), 6)
    assert faces.min() == 1
    assert faces.max() == len(vertices)
    assert ((vertices[:, 3:] >= 0) & (vertices[:, 3:] <= 1)).all()
    # Posed as our mesh is by our camera, in decimetres before a camera at z = 10.
    posed = result.mesh.vertices + np.tensordot(result.mesh.expression, result.mesh.shape_key_deltas, axes=1)
    ours = posed @ result.rotation.T + result.translation
    assert np.abs(ours * [10, -10, -10] + [0, 0, 10] - vertices[:, :3]).max() < 1e-4


def test_files_not_asked_for_again_go_with_the_result_they_told_of(
    alone: tuple[Reconstruction, Told, Path], tmp_path: Path
) -> None:
    small = replace(alone[0], files={"deep3d.mat": b"numbers"})
    write_reconstruction(small, tmp_path / "face")
    assert (tmp_path / "face" / "deep3d.mat").read_bytes() == b"numbers"
    write_reconstruction(replace(small, files={}), tmp_path / "face")
    assert not (tmp_path / "face" / "deep3d.mat").exists()


@pytest.mark.usefixtures("face_finder", "brought")
def test_the_fit_begins_from_the_network_and_is_no_worse(portrait: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_network = reconstruct(portrait, replace(ALONE, fit="full", deep3d_files=False))
    assert list(from_network.timings) == ["reading", "landmarks", "network", "fit"]
    monkeypatch.setattr(estimate, "available", lambda _: False)
    from_mean = reconstruct(portrait, replace(ALONE, fit="full", deep3d_files=False))
    errors = [result.landmarks["reprojection_error"] for result in (from_network, from_mean)]
    assert errors[0] < 0.03
    assert errors[0] < 1.1 * errors[1]


@pytest.mark.usefixtures("face_finder", "brought")
def test_photos_of_one_person_share_identity_and_albedo(photo_astronaut: np.ndarray) -> None:
    """The average of what the network says of each; a mirrored photo is another one to it."""

    def says(crops: torch.Tensor) -> torch.Tensor:
        return crops.mean(dim=(1, 2, 3))[:, None] + torch.arange(257.0)

    photos = [Photo(None, photo_astronaut), Photo(None, photo_astronaut // 2)]
    views = [View(photo, detect_faces(photo, looks=2)[0]) for photo in photos]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimate, "library_network", lambda _, device: says)
        first, second = (e.coefficients for e in estimate.estimate(views, torch.device("cpu")))
        alone = [estimate.estimate([view], torch.device("cpu"))[0].coefficients for view in views]
    assert torch.equal(first.id, second.id)
    assert torch.allclose(first.id, (alone[0].id + alone[1].id) / 2)
    assert torch.allclose(first.tex, (alone[0].tex + alone[1].tex) / 2)
    assert torch.allclose(first.exp, alone[0].exp)
    assert not torch.allclose(first.exp, second.exp)


@pytest.mark.usefixtures("face_finder")
def test_the_crop_is_of_the_face_upright(photo_astronaut: np.ndarray) -> None:
    """What the network is shown: eyes left and right above the middle, the mouth below."""
    face = detect_faces(Photo(None, photo_astronaut), looks=2)[0]
    crop = estimate.align(photo_astronaut, face.five() - 0.5)
    back = crop.to_photo(np.array([[CROP_PX / 2, CROP_PX / 2]]))[0]
    assert np.linalg.norm(back - face.five().mean(axis=0)) < 0.3 * face.inter_ocular
    inside = Photo(None, crop.pixels)
    assert _eye_line(detect_faces(inside, looks=2)[0]) < CROP_PX / 2


def _eye_line(face: FaceLandmarks) -> float:
    return float(face.five()[:2, 1].mean())


def test_what_is_missing_is_told_with_the_way_to_it(
    brought: Path, portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LikenessError, match="not 'builtin': choose it with --model bfm2009"):
        reconstruct(portrait, replace(ALONE, model="builtin"))
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    with pytest.raises(LikenessError, match=r"needs Deep3D R-Net.*likeness models add epoch_20\.pth"):
        reconstruct(portrait, ALONE)
    shutil.copytree(brought / "deep3d", tmp_path / "models" / "deep3d")
    with pytest.raises(LikenessError, match="add it with `likeness models add FOLDER`"):
        reconstruct(portrait, replace(ALONE, model="builtin"))
    with pytest.raises(LikenessError, match="There is no fit 'half'"):
        reconstruct(portrait, replace(ALONE, fit="half"))


def test_a_broken_network_in_the_library_is_told(
    brought: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    (tmp_path / "deep3d").mkdir()
    (tmp_path / "deep3d" / store.NETWORK_FILE).write_bytes(b"nothing")
    with pytest.raises(LikenessError, match="is not a PyTorch checkpoint"):
        library_network(DEEP3D, torch.device("cpu"))
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(brought))
    kept = library_network(DEEP3D, torch.device("cpu"))
    assert isinstance(kept, RNet)
    assert next(library_network(DEEP3D, torch.device("meta")).parameters()).device.type == "meta"
    assert library_network(DEEP3D, torch.device("cpu")) is kept
    assert next(kept.parameters()).device.type == "cpu"
