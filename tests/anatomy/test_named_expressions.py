"""Moods, emotions and visemes: their names, and sliders that ARKit knows within their range."""

from __future__ import annotations

import pytest
from likeness.anatomy.arkit import ARKIT_WITH_TONGUE
from likeness.anatomy.named_expressions import EMOTIONS, GROUPS, MOODS, VISEMES, named_expression_values

ALL = MOODS | EMOTIONS | VISEMES
OCULUS = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou"]
MOUTH = ("jaw", "mouth", "cheekPuff", "tongue")


def test_groups_hold_the_agreed_names_once() -> None:
    assert list(VISEMES) == OCULUS
    assert [name.lower() for name in EMOTIONS] == ["joy", "sadness", "anger", "fear", "disgust", "surprise"]
    assert sum(map(len, GROUPS.values())) == len(ALL)


@pytest.mark.parametrize("name", ALL)
def test_sliders_are_arkits_within_their_range_and_no_gaze(name: str) -> None:
    assert ALL[name].keys() <= {slider for slider in ARKIT_WITH_TONGUE if not slider.startswith("eyeLook")}
    assert all(0.0 < value <= 1.0 for value in ALL[name].values())


def test_no_two_are_the_same_but_rest_and_silence() -> None:
    assert len({tuple(sorted(values.items())) for values in ALL.values()}) == len(ALL) - 1
    assert MOODS["Neutral"] == VISEMES["sil"] == {}


def test_visemes_rule_the_mouth_alone_and_leave_no_slider_of_it() -> None:
    mouth = {slider for slider in ARKIT_WITH_TONGUE if slider.startswith(MOUTH)}
    for name in VISEMES:
        assert named_expression_values(name).keys() == mouth


def test_moods_and_emotions_rule_all_but_the_gaze() -> None:
    face = {slider for slider in ARKIT_WITH_TONGUE if not slider.startswith("eyeLook")}
    for name in MOODS | EMOTIONS:
        values = named_expression_values(name)
        assert values.keys() == face
        assert {slider: value for slider, value in values.items() if value} == ALL[name]


def test_visemes_look_like_their_sounds() -> None:
    """Lips meet in PP alone, the tongue comes out in TH alone, and aa opens the mouth most."""
    assert VISEMES["TH"]["tongueOut"] > 0.0
    assert [name for name, values in VISEMES.items() if "tongueOut" in values] == ["TH"]
    assert max(VISEMES, key=lambda name: VISEMES[name].get("jawOpen", 0.0)) == "aa"
    assert max(VISEMES, key=lambda name: VISEMES[name].get("mouthPucker", 0.0)) == "ou"
    assert [name for name, values in VISEMES.items() if values and "jawOpen" not in values] == ["PP"]
