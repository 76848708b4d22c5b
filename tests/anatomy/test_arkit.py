"""Names of shapes: one spelling for all, and what values mean under other names."""

from __future__ import annotations

import pytest
from likeness.anatomy.arkit import (
    ARKIT_NAMES,
    NUMBERED,
    canonical_name,
    closes_lids,
    lid_closers,
    mirrored_name,
    values_for,
)


@pytest.mark.parametrize(
    "name",
    [
        "eyeBlinkLeft",
        "eyeBlink_L",
        "EyeBlinkLeft",
        "eyeBlink.L",
        "eye_blink_l",
        "eyeBlinkL",
        "Eye Blink Left",
        "eyeBlink_left",
    ],
)
def test_spellings_of_one_shape(name: str) -> None:
    assert canonical_name(name) == "eyeblinkleft"


@pytest.mark.parametrize("name", ["vrc.v_aa", "viseme_aa", "Viseme.AA", "VRC.v_aa"])
def test_spellings_of_one_viseme(name: str) -> None:
    assert canonical_name(name) == "visemeaa"


def test_different_shapes_stay_different() -> None:
    assert len({canonical_name(name) for name in ARKIT_NAMES}) == len(ARKIT_NAMES) == 51
    assert canonical_name("mouthRoll") == "mouthroll"
    assert canonical_name("Lower") == "lower"


@pytest.mark.parametrize("name", ["exp_00", "exp_063", "PC12", "left_eye_region_012", "mouth_0_003"])
def test_numbered_axes_are_known(name: str) -> None:
    assert NUMBERED.fullmatch(name)


@pytest.mark.parametrize("name", [*ARKIT_NAMES, "exp_mean", "browInnerUp_L", "12", "smile"])
def test_names_with_a_meaning_are_no_numbers(name: str) -> None:
    assert not NUMBERED.fullmatch(name)


def test_mirroring_twice_is_nothing() -> None:
    for name in (*ARKIT_NAMES, *map(canonical_name, ARKIT_NAMES)):
        assert mirrored_name(mirrored_name(name)) == name
    changed = {name for name in ARKIT_NAMES if mirrored_name(name) != name}
    assert changed == {name for name in ARKIT_NAMES if name.endswith(("Left", "Right"))}
    assert {mirrored_name(name) for name in ARKIT_NAMES} == set(ARKIT_NAMES)


def test_values_under_other_names() -> None:
    given = {"eyeBlink_L": 0.5, "browInnerUp": 0.4, "cheekPuff_L": 0.2, "cheekPuff_R": 0.6, "unknown": 1.0}
    wanted = ["eyeBlinkLeft", "browInnerUp_L", "browInnerUp_R", "cheekPuff", "jawOpen"]
    assert values_for(wanted, given) == pytest.approx(
        {"eyeBlinkLeft": 0.5, "browInnerUp_L": 0.4, "browInnerUp_R": 0.4, "cheekPuff": 0.4}
    )


def test_one_side_alone_is_no_pair() -> None:
    assert values_for(["cheekPuff"], {"cheekPuff_L": 0.2}) == {}
    assert values_for(["jawLeft", "mouthRight"], {"jawOpen": 1.0, "mouthClose": 1.0}) == {}


PAIR = ("browInnerUp_L", "browInnerUp_R")
BOTH = ("browInnerUp", *PAIR)


@pytest.mark.parametrize(
    ("names", "values", "expected"),
    [
        (BOTH, {"browInnerUp": 0.4}, (0.4, 0.0, 0.0)),
        (BOTH, {"browInnerUpLeft": 0.2, "browInnerUpRight": 0.6}, (0.0, 0.2, 0.6)),
        (BOTH, dict(zip(BOTH, (0.1, 0.2, 0.3), strict=True)), (0.1, 0.2, 0.3)),
        (BOTH, {"browInnerUp": 0.4, "browInnerUp_L": 0.2}, (0.4, 0.2, 0.0)),
        (BOTH, {"browInnerUp_L": 0.2}, (None, 0.2, None)),
        (BOTH, {"jawOpen": 0.2}, (None, None, None)),
        (PAIR, dict(zip(BOTH, (0.1, 0.2, 0.3), strict=True)), (0.3, 0.4)),
        (("browInnerUp",), dict(zip(BOTH, (0.1, 0.2, 0.3), strict=True)), (0.35,)),
        (("browInnerUp",), {"browInnerUp": 0.1, "browInnerUp_R": 0.2}, (0.2,)),
        (("jawOpen", "JawOpen", "jaw_open"), {"jawOpen": 0.5}, (0.5, 0.0, 0.0)),
        (("jawOpen", "JawOpen"), {"JawOpen": 0.5}, (0.0, 0.5)),
        (("jawOpen", "JawOpen"), {"jaw_open": 0.5}, (0.5, 0.0)),
        (("jawOpen", "JawOpen"), {"jawOpen": 0.1, "JawOpen": 0.2}, (0.1, 0.2)),
        (("jawOpen",), {"jawOpen": 0.1, "JawOpen": 0.2}, (0.3,)),
    ],
)
def test_shapes_that_do_the_same_do_it_once(
    names: tuple[str, ...], values: dict[str, float], expected: tuple[float | None, ...]
) -> None:
    told = {name: value for name, value in zip(names, expected, strict=True) if value is not None}
    assert values_for(names, values) == pytest.approx(told)


def test_keys_that_close_lids_are_called_after_a_blink_and_a_gaze() -> None:
    found = lid_closers([*ARKIT_NAMES, "eyeBlinkLeft_eyeLookUpLeft"])
    assert len(found) == 8
    assert found["eyeBlinkLeft_eyeLookUpLeft"] == ("eyeBlinkLeft", "eyeLookUpLeft")
    assert all(blink[-4:] == look[-4:] for blink, look in found.values())
    assert all(map(closes_lids, found))
    assert not any(map(closes_lids, ARKIT_NAMES))
