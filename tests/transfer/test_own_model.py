"""Results whose model is no longer what it was: their own mesh says where everything is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.bfm.source_model import SourceModel
from likeness.inference.uv.atlas import uv_atlas
from likeness.result.reconstruction import Reconstruction
from likeness.transfer.own_model import RIM, own_model, rim_doubt
from likeness.transfer.results import transferred
from made_result import SIZE, SMILE, a_result
from masks import mask_mesh
from old_results import of_earlier_model
from synthetic import sheet_reconstruction

MM = 0.001


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return a_result()


def test_the_model_at_hand_is_the_result_s_own(result: Reconstruction) -> None:
    assert own_model(result) is load_model("builtin")
    unnamed = replace(result, model={name: text for name, text in result.model.items() if name != "version"})
    assert own_model(unnamed) is load_model("builtin")


def test_else_the_mesh_is_a_model_of_one_face(result: Reconstruction) -> None:
    old, ids = of_earlier_model(result, load_model("builtin"))
    gone = sheet_reconstruction()
    for one in (old, gone):
        found = own_model(one)
        assert isinstance(found, SourceModel)
        assert found.id == one.model["id"]
        np.testing.assert_array_equal(found.mean, one.mesh.vertices)
        assert found.expression_names == one.mesh.shape_key_names
    assert own_model(gone).doubt is None  # no built-in one, so no mask
    doubt = own_model(old).doubt
    assert doubt is not None
    assert doubt.shape == ids.shape
    assert (doubt.min(), doubt.max()) == (0, 1)


def test_the_rim_of_a_mask_is_doubted_but_no_hole_in_it() -> None:
    mesh = replace(mask_mesh(), part_names=("skin", "skin"))
    doubt = rim_doubt(mesh)
    x, y, _ = np.moveaxis(mesh.vertices, -1, 0)
    edge = np.maximum(np.abs(x), np.abs(y))
    used = np.isin(np.arange(len(edge)), mesh.faces)
    border = used & (edge > 0.079)
    assert doubt[border].min() == 1
    assert doubt[used & (edge < 0.08 - RIM - 0.005)].max() == 0


def test_a_surface_without_border_has_no_rim() -> None:
    faces = np.array([[0, 2, 1, -1], [0, 1, 3, -1], [1, 2, 3, -1], [2, 0, 3, -1]])
    mesh = replace(mask_mesh(), vertices=np.eye(4)[:, :3], faces=faces, parts=np.zeros(4, int), part_names=("skin",))
    assert not rim_doubt(mesh).any()


def test_an_old_face_becomes_one_of_the_present_model(result: Reconstruction) -> None:
    builtin = load_model("builtin")
    old, ids = of_earlier_model(result, builtin)
    there = transferred(old, "builtin")
    assert there.mesh.vertices.shape == builtin.mean.shape
    assert there.model["version"] != ""
    assert there.provenance["mesh"].startswith("carried over from a face of an earlier model")
    values = dict(zip(there.mesh.shape_key_names, there.mesh.expression, strict=True))
    assert {name: pytest.approx(values[name]) for name in SMILE} == SMILE
    error = np.linalg.norm(placed(there) - placed(result), axis=1)[ids]
    sure = own_model(old).doubt == 0  # type: ignore[operator]
    assert np.median(error[sure]) < 0.5 * MM
    assert np.percentile(error[sure], 95) < 2.0 * MM
    colours = [one.images["albedo.png"].astype(float) for one in (result, there)]
    skin = face_texels(builtin, ids[sure])
    assert np.abs(colours[0] - colours[1])[skin].mean() < 0.3 * colours[0][skin].std()


def placed(result: Reconstruction) -> np.ndarray:
    """The neutral face (V, 3) before the camera."""
    return result.mesh.vertices @ result.rotation.T + result.translation


def face_texels(model: FaceModel, ids: np.ndarray) -> np.ndarray:
    """(T, T) where the texture shows skin between these vertices."""
    atlas = uv_atlas(model, SIZE)
    inside = np.isin(np.arange(len(model.mean)), ids)[:, None].astype(float)
    return (atlas.interpolate(inside)[..., 0] > 0.99) & (atlas.parts() == model.part_names.index("skin"))
