"""The contact sheet and the drawing behind it: textures the right way round, light, detail, framing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.anatomy.parts import part_kind
from likeness.errors import LikenessError
from likeness.geometry.colour import srgb_to_linear
from likeness.inference.camera import Camera
from likeness.inference.lighting import uniform_light
from likeness.inference.preview import contact_sheet, studio
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.reconstruction import ALBEDO_IMAGE, NORMAL_IMAGE, PHOTO_IMAGE, Reconstruction
from synthetic import sheet_reconstruction


@pytest.fixture
def sheet() -> Reconstruction:
    return sheet_reconstruction()


def with_image(reconstruction: Reconstruction, name: str, image: np.ndarray) -> Reconstruction:
    return replace(reconstruction, images={**reconstruction.images, name: image})


def front(sheet: Reconstruction) -> tuple[studio.Subject, np.ndarray, Camera]:
    vertices = np.asarray(sheet.mesh.vertices)
    return studio.subject_of(sheet), vertices, contact_sheet._view(vertices, 0.0)


def test_the_sheet_is_the_same_from_memory_and_from_a_folder(sheet: Reconstruction, tmp_path: Path) -> None:
    made = contact_sheet.preview_image(sheet)
    write_reconstruction(sheet, tmp_path / "face.likeness")
    read = contact_sheet.preview_image(read_reconstruction(tmp_path / "face.likeness"))
    assert made.dtype == np.uint8
    assert made.shape[1:] == (1599, 3)
    assert np.abs(made.astype(int) - read).max() <= 2
    assert made.std() > 10


@pytest.mark.parametrize("name", [PHOTO_IMAGE, ALBEDO_IMAGE])
def test_a_damaged_image_is_one_sentence(sheet: Reconstruction, tmp_path: Path, name: str) -> None:
    write_reconstruction(sheet, tmp_path / "face.likeness")
    (tmp_path / "face.likeness" / name).write_bytes(b"no image")
    with pytest.raises(LikenessError, match=rf"{name} cannot be read: {name} is not an image\.$"):
        contact_sheet.preview_image(read_reconstruction(tmp_path / "face.likeness"))


def test_even_light_shows_the_albedo(sheet: Reconstruction) -> None:
    light = uniform_light(0.8, torch.zeros(1, dtype=torch.float64)).numpy()
    skin_only = replace(sheet.mesh, part_names=("skin", "more skin"))  # eyes have a strong highlight
    subject, vertices, camera = front(replace(sheet, lighting=light, mesh=skin_only))
    picture = studio.draw_textured(subject, vertices, camera)
    seen = picture.coverage == 1.0
    expected = 0.8 * srgb_to_linear(np.array((200, 150, 130), np.uint8))
    assert np.abs(picture.color[seen] - expected).max() < studio.SKIN_GLOSS[0]


@pytest.mark.parametrize("part", ["mouth", "gums", "teeth"])
def test_less_light_reaches_the_inside_of_the_mouth(sheet: Reconstruction, part: str) -> None:
    pictures = [
        studio.draw_textured(*front(replace(sheet, mesh=replace(sheet.mesh, part_names=names)))).color
        for names in (("skin", "more skin"), ("skin", part))
    ]
    ratio = pictures[1].max(axis=2) / np.maximum(pictures[0].max(axis=2), 1e-6)
    inside = (ratio > 0) & (ratio < 0.99)
    assert inside.sum() > 50
    np.testing.assert_allclose(np.median(ratio[inside]), studio.MOUTH_SHADES[part_kind(part)], rtol=0.02)


def test_textures_are_upright_and_not_mirrored(sheet: Reconstruction) -> None:
    texture = np.zeros((64, 64, 3), np.uint8)
    texture[:32, :, 0] = 255  # v > 0.5, the model's top: red
    texture[:, 32:, 1] = 255  # u > 0.5, the model's +X, on the right of a picture from the front: green
    subject, vertices, camera = front(with_image(sheet, ALBEDO_IMAGE, texture))
    picture = studio.draw_relit(subject, vertices, camera).color
    height, width = picture.shape[:2]
    top, bottom, left, right = height // 3, height * 2 // 3, width // 3, width * 2 // 3
    red, green = picture[..., 0], picture[..., 1]
    assert min(red[top, left], red[top, right]) > 3 * max(red[bottom, left], red[bottom, right])
    assert min(green[top, right], green[bottom, right]) > 3 * max(green[top, left], green[bottom, left])


@pytest.mark.parametrize(("lean", "axis"), [((220, 128, 218), 0), ((128, 220, 218), 1)])
def test_detail_leans_the_normals_along_u_and_v(sheet: Reconstruction, lean: tuple[int, ...], axis: int) -> None:
    flat = with_image(sheet, NORMAL_IMAGE, np.full((16, 16, 3), (128, 128, 255), np.uint8))
    leaning = with_image(sheet, NORMAL_IMAGE, np.full((16, 16, 3), lean, np.uint8))
    plain = replace(sheet, images={k: v for k, v in sheet.images.items() if k != NORMAL_IMAGE})
    normals = [studio._CoveredPixels(*front(r)).normals().mean(dim=0).numpy() for r in (plain, flat, leaning)]
    assert np.allclose(normals[0], normals[1], atol=0.02)
    assert normals[2][axis] - normals[1][axis] > 0.5
    assert abs(normals[2][1 - axis] - normals[1][1 - axis]) < 0.05


def test_a_picture_covers_its_background_where_it_is(sheet: Reconstruction) -> None:
    picture = studio.draw_clay(*front(sheet))
    background = np.zeros((*picture.coverage.shape, 3), np.uint8)
    background[..., 1] = 200
    mixed = picture.over(background)
    outside, inside = picture.coverage == 0.0, picture.coverage == 1.0
    assert outside.any()
    assert inside.any()
    assert (mixed[outside] == (0, 200, 0)).all()
    assert not (mixed[inside] == (0, 200, 0)).all(axis=-1).any()


@pytest.mark.parametrize("turn", [-38.0, 0.0, 38.0, 78.0])
def test_turned_views_keep_the_face_in_the_picture(sheet: Reconstruction, turn: float) -> None:
    vertices = torch.as_tensor(sheet.mesh.vertices, dtype=torch.float32)
    camera = contact_sheet._view(vertices.numpy(), turn)
    assert torch.allclose(camera.rotation @ camera.rotation.T, torch.eye(3), atol=1e-6)
    assert torch.linalg.det(camera.rotation) > 0.99
    points = camera.project(vertices)
    assert points.min() > 0
    assert (points.max(dim=0).values < torch.tensor([contact_sheet.TILE_WIDTH, contact_sheet.TILE_HEIGHT])).all()
    nose = camera.project(vertices[vertices[:, 2].argmax()])
    assert torch.sign(torch.round(nose[0] - contact_sheet.TILE_WIDTH / 2)) == np.sign(turn)


def test_the_photo_is_cropped_round_the_face_also_beyond_its_border() -> None:
    photo = np.arange(60 * 80, dtype=np.int64).reshape(60, 80, 1).repeat(3, axis=2) % 199 + 50
    box = contact_sheet._photo_box(np.array([[-10.0, 5.0], [30.0, 50.0]]))
    assert box[0] < -10
    assert box[0] + box[2] > 30
    crop = contact_sheet._crop(photo.astype(np.uint8), box)
    assert crop.shape == (contact_sheet.TILE_HEIGHT, contact_sheet.TILE_WIDTH, 3)
    assert (crop[:, 0] == contact_sheet.PAPER).all()
    scale = contact_sheet.TILE_WIDTH / box[2]
    x, y = round((20.5 - box[0]) * scale), round((30.5 - box[1]) * scale)
    assert abs(int(crop[y, x, 0]) - int(photo[30, 20, 0])) < 8


def test_a_model_without_arkit_names_still_shows_two_expressions(sheet: Reconstruction) -> None:
    first = contact_sheet._expression(sheet.mesh, contact_sheet.SMILE, fallback=0)
    second = contact_sheet._expression(sheet.mesh, contact_sheet.SURPRISE, fallback=1)
    assert np.allclose(first, [0.7, 0.0])
    assert np.allclose(second, [0.0, 2.1])


def test_a_draft_has_a_sheet_without_texture(sheet: Reconstruction) -> None:
    images = {name: image for name, image in sheet.images.items() if name not in (ALBEDO_IMAGE, NORMAL_IMAGE)}
    draft = contact_sheet.preview_image(replace(sheet, images=images))
    assert draft.shape[1] == 1599
    assert len(draft) < len(contact_sheet.preview_image(sheet))
