"""What of a face's colours is skin and what is light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from likeness.anatomy.skin_colour import LIGHT_SKIN, MELANIN
from likeness.geometry.colour import LUMINANCE
from likeness.inference.fitting.model_tensors import ModelTensors, model_tensors
from likeness.inference.fitting.photometric import Appearance, VertexColors
from likeness.inference.fitting.scene_light import SceneLight
from likeness.inference.fitting.settings import ToneSettings
from likeness.inference.fitting.tone import share_tone, toned
from likeness.inference.lighting import uniform_light
from torch import Tensor
from toy_face import SKIN, toy_model

SETTINGS = ToneSettings()
USUAL = SceneLight(0.3, 0.25)
MONK = ("#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96", "#a07e56", "#825c43", "#604134", "#3a312a", "#292420")


@pytest.fixture(scope="module")
def tensors() -> ModelTensors:
    return model_tensors(toy_model(), dtype=torch.float64)


def appearance(tensors: ModelTensors, light: Tensor) -> Appearance:
    """The model's own skin under a light, as the fit believes before it knows the tone."""
    normals = torch.zeros_like(tensors.mean)
    normals[:, 2] = 1.0
    one = torch.ones(len(normals), dtype=normals.dtype)
    colors = VertexColors(tensors.albedo_mean, one, normals, one[0])
    return Appearance(light, tensors.mean.new_zeros(0), tensors.albedo_mean, colors)


def seen_as(tensors: ModelTensors, color: np.ndarray, level: float = 0.3) -> Appearance:
    """Skin of a colour (3,) under a light of a log level: to the model's skin the light looks as coloured as that."""
    light = uniform_light(1.0, tensors.mean) * tensors.mean.new_tensor(color * np.exp(level) / np.array(SKIN))
    return appearance(tensors, light)


def monk(code: str) -> np.ndarray:
    return (np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255) ** 2.2


def test_nothing_in_the_face_changes(tensors: ModelTensors) -> None:
    before = seen_as(tensors, np.array([0.2, 0.11, 0.07]))
    skin, (after,) = share_tone(tensors, [before], [USUAL], SETTINGS, grey=False)
    torch.testing.assert_close(after.light[0] * after.albedo[5], before.light[0] * before.albedo[5])
    torch.testing.assert_close(skin.tone, tensors.albedo_mean[0] * skin.gain)


def test_every_tone_stays_apart() -> None:
    """Monk's ten tones under one light: the albedo follows them in order, with most of their contrast."""
    tensors = model_tensors(toy_model(), dtype=torch.float64)
    tones = [0.025 + 0.5 * monk(code) for code in MONK]  # what skin reflects: the chart's ends are paint
    found = [share_tone(tensors, [seen_as(tensors, t)], [USUAL], SETTINGS, False)[0].tone for t in tones]
    true, kept = (np.log([float(x[1]) for x in some]) for some in (tones, found))
    assert (np.diff(kept)[3:] < 0).all()  # the first three differ in hue only
    slope = np.polyfit(true, kept, 1)[0]
    assert slope > 0.8, slope


def test_odd_light_is_light(tensors: ModelTensors) -> None:
    """Sodium lamps are known, orange people are not."""
    orange = LIGHT_SKIN * np.array([1.3, 0.7, 0.08])
    tone = share_tone(tensors, [seen_as(tensors, orange)], [USUAL], SETTINGS, False)[0].tone.log()
    beside = tone - tone.new_tensor(np.log(LIGHT_SKIN) - SETTINGS.melanin * MELANIN)
    chroma = beside[2] - beside[1]
    assert abs(float(chroma)) < 0.25 * abs(np.log(0.08 / 0.7)), chroma


@pytest.mark.parametrize(("level", "bound"), [(3.0, SETTINGS.lightest), (-4.0, SETTINGS.darkest)])
def test_no_skin_is_chalk_or_coal(tensors: ModelTensors, level: float, bound: float) -> None:
    """However much brighter or darker than its picture a face is, the rest of it is light."""
    tone = share_tone(tensors, [seen_as(tensors, np.array([0.3, 0.2, 0.15]), level)], [USUAL], SETTINGS, False)[0].tone
    assert float(tone.log() @ tone.new_tensor(LUMINANCE)) == pytest.approx(bound, abs=0.45)


def test_a_stronger_light_is_believed_where_the_scene_says_so(tensors: ModelTensors) -> None:
    color = np.array([0.3, 0.2, 0.15])
    dim, bright = (
        share_tone(tensors, [seen_as(tensors, color)], [SceneLight(level, 0.2)], SETTINGS, False)[0].tone
        for level in (-0.5, 0.8)
    )
    assert float(dim[1]) > 2.0 * float(bright[1])


def test_several_photos_have_one_tone_and_lights_of_their_own(tensors: ModelTensors) -> None:
    color = np.array([0.25, 0.15, 0.11])
    seen = [seen_as(tensors, color, level) for level in (0.3, -0.6)]
    scenes = [USUAL, SceneLight(-0.6, 0.25)]
    skin, (first, second) = share_tone(tensors, seen, scenes, SETTINGS, False)
    torch.testing.assert_close(first.light / second.light, seen[0].light / seen[1].light, equal_nan=True)
    np.testing.assert_allclose(skin.tone, color, rtol=0.3)


def test_lights_of_one_face_have_nearly_one_hue(tensors: ModelTensors) -> None:
    light = uniform_light(1.0, tensors.mean)
    light[3] = torch.tensor([0.4, 0.2, 0.1])
    (moved,) = share_tone(tensors, [appearance(tensors, light)], [USUAL], SETTINGS, False)[1]
    before, after = (one[3] / one[0] for one in (light, moved.light))
    assert float(after[0] - after[2]) == pytest.approx(SETTINGS.light_hues * float(before[0] - before[2]))
    brightness = [float(ratio @ ratio.new_tensor(LUMINANCE)) for ratio in (before, after)]
    assert brightness[1] == pytest.approx(SETTINGS.light_contrast * brightness[0])


def test_grey_stays_grey(tensors: ModelTensors) -> None:
    grey = tensors.in_grey()
    seen = appearance(grey, uniform_light(0.6, grey.mean))
    skin, (after,) = share_tone(grey, [seen], [USUAL], SETTINGS, grey=True)
    for values in (skin.tone, skin.gain, after.light[0]):
        torch.testing.assert_close(values, values.mean().expand(3))


def test_eyes_and_teeth_keep_their_colours(tensors: ModelTensors) -> None:
    tinted = torch.zeros(len(tensors.mean), dtype=torch.float64)
    tinted[0] = 1.0
    albedo = toned(tensors.albedo_mean, tinted, torch.tensor([0.5, 0.4, 0.3], dtype=torch.float64))
    torch.testing.assert_close(albedo[1:], tensors.albedo_mean[1:])
    torch.testing.assert_close(albedo[0], tensors.albedo_mean[0] * albedo.new_tensor([0.5, 0.4, 0.3]))


def test_a_photo_without_seen_skin_has_a_tone(tensors: ModelTensors) -> None:
    seen = seen_as(tensors, np.array(SKIN))
    blind = replace(seen, colors=replace(seen.colors, weight=torch.zeros_like(seen.colors.weight)))
    assert share_tone(tensors, [blind], [USUAL], SETTINGS, False)[0].tone.isfinite().all()
