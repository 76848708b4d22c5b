"""Key expressions folded into wrinkle groups: the paper's blend, group by group."""

from __future__ import annotations

import numpy as np
import pytest
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.bfm.library.registry import load_model
from likeness.inference.facescape_relief.expressions import (
    KEY_EXPRESSIONS,
    folds,
    full_expression,
    is_neutral,
    where_it_moves,
)
from likeness.inference.uv.atlas import uv_atlas
from likeness.result.wrinkles import GROUPS, WrinkleGroup, activation


def test_there_are_nineteen_of_arkits_words() -> None:
    assert len(KEY_EXPRESSIONS) == 19
    for key in KEY_EXPRESSIONS:
        assert key.keys() <= set(ARKIT_NAMES)
        assert all(0 < value <= 1 for value in key.values())
        sided = {name for name in key if name.endswith("Left") and not name.startswith(("mouthLeft", "jawLeft"))}
        assert all(key[name] == key[name.removesuffix("Left") + "Right"] for name in sided)


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_at_full_is_the_least_of_its_expression(name: str) -> None:
    values = full_expression(name)
    assert values.keys() == GROUPS[name].keys()
    assert max(values.values()) <= 1.0
    group = WrinkleGroup(name, "", 0, GROUPS[name], 0.0)
    assert activation(group, values) == pytest.approx(1.0, abs=1e-6)
    assert activation(group, {key: 0.9 * value for key, value in values.items()}) < 0.95
    ratio = {key: value / GROUPS[name][key] for key, value in values.items() if value < 1.0}
    assert len({round(value, 6) for value in ratio.values()}) <= 1
    assert any(values.keys() & key.keys() for key in KEY_EXPRESSIONS)


def paper(values: dict[str, float], maps: list[np.ndarray], moves: dict[str, np.ndarray]) -> np.ndarray:
    """D = M_0 D_0 + sum M_i D_i, written out; where the masks are more than 1 together they are divided."""
    shape = maps[0].shape
    masks = []
    for key in KEY_EXPRESSIONS:
        mask = np.zeros(shape)
        for name, value in values.items():
            mask = mask + key.get(name, 0.0) * value * moves[name]
        masks.append(np.clip(mask, 0, 1))
    total = np.maximum(sum(masks), 1.0)
    masks = [mask / total for mask in masks]
    rest = np.maximum(0.0, 1.0 - sum(masks))
    assert np.allclose(rest + sum(masks), 1.0)
    return rest * maps[0] + sum(mask * own for mask, own in zip(masks, maps[1:], strict=True))


@pytest.mark.parametrize("name", GROUPS)
def test_folds_are_the_papers_blend_less_the_neutral_map(name: str) -> None:
    random = np.random.default_rng(0)
    maps = list(random.normal(size=(20, 6, 6)))
    values = full_expression(name)
    moves = {key: random.uniform(0, 1, (6, 6)) for key in values}
    found = folds(values, lambda i: (maps[i] - maps[0]).astype(np.float32), moves.__getitem__)
    assert np.allclose(found, paper(values, maps, moves) - maps[0], atol=1e-5)


def test_small_values_add_up_in_proportion() -> None:
    """Below full masks the blend is linear, which a group's one map stands for."""
    change, moves = lambda i: np.full((2, 2), float(i), np.float32), lambda name: np.full((2, 2), 0.5, np.float32)
    whole = folds({"mouthSmileLeft": 0.4}, change, moves)
    assert np.allclose(folds({"mouthSmileLeft": 0.2}, change, moves), 0.5 * whole)
    with pytest.raises(ValueError, match="no key expression"):
        folds({"tongueOut": 1.0}, change, moves)


def test_an_expression_moves_its_own_part_of_the_face() -> None:
    model = load_model("builtin")
    atlas = uv_atlas(model, 256)
    left, right = (where_it_moves(f"mouthSmile{side}", atlas) for side in ("Left", "Right"))
    side = atlas.interpolate(model.mean)[..., 0]
    assert 0.7 < left.max() <= 1.0
    assert left[side > 0.01].mean() > 5 * left[side < -0.01].mean()
    assert np.allclose(left.mean(), right.mean(), rtol=0.1)


def test_a_neutral_face_shows_little() -> None:
    assert is_neutral({"mouthSmileLeft": 0.3, "eyeBlink_L": 1.0, "exp_03": 3.0})
    assert not is_neutral({"mouthSmile_L": 0.6})
    assert not is_neutral({"jawOpen": 0.5})
