"""What the parts of every known model are, and that all that asks for their kind agrees."""

from __future__ import annotations

import pytest
from likeness.anatomy.parts import PartKind, PartName, eyeballs, part_kind, see_through
from likeness.bfm.builtin.loading import builtin_model
from likeness.bfm.formats.flame import reader as flame
from likeness.bfm.formats.gnm import reader as gnm
from likeness.bfm.formats.ict_facekit import parts as ict
from likeness.bfm.source_model import SourceModel

KINDS = {
    "skin": PartKind.SKIN,
    "eye_left": PartKind.EYE,
    "eye_right": PartKind.EYE,
    "mouth": PartKind.MOUTH,
    "mouth_lining": PartKind.MOUTH,
    "gums": PartKind.GUMS,
    "teeth": PartKind.TEETH,
    "tongue": PartKind.TONGUE,
}
MODELS = {
    "ict": {"skin", "mouth", "gums", "teeth", "eye_left", "eye_right"},
    "flame": {"skin", "eye_left", "eye_right"},
    "gnm": {"skin", "mouth", "teeth", "tongue", "eye_left", "eye_right"},
    "facescape, basel": {"skin"},
}


@pytest.mark.parametrize("name", KINDS)
def test_kind_of_each_part_of_the_known_models(name: str) -> None:
    assert part_kind(name) is KINDS[name]
    assert part_kind(name).in_mouth == (name not in ("skin", "eye_left", "eye_right"))


def test_the_known_models_have_these_parts() -> None:
    found = {
        "ict": set(ict.PART_NAMES),
        "flame": set(flame.PARTS),
        "gnm": set(gnm.PARTS),
        "facescape, basel": set(SourceModel.part_names),  # they give none
    }
    assert found == MODELS
    assert set().union(*MODELS.values(), {PartName.LINING}) == set(KINDS)
    words = [name for value in vars(PartName).values() for name in (value if isinstance(value, tuple) else (value,))]
    assert set(builtin_model().part_names) <= set(filter(lambda word: isinstance(word, str), words))


def test_the_pieces_of_an_eyeball_belong_together() -> None:
    names = ("skin", "Left Eye", "eye_right", "iris_left", "lashes", "pupil_right", "tear_line", "iris_right")
    assert eyeballs(names) == [[1, 3], [2, 5, 7]]
    assert eyeballs(("skin", "eye_right")) == [[1]]
    assert eyeballs(("skin", "mouth")) == []
    assert all(eyeballs(pieces) == [[0, 1, 2]] for pieces in PartName.EYEBALLS)


def test_one_looks_through_lashes_and_tears_alone() -> None:
    assert see_through(("skin", "lashes", "eye_left", "Tear_Line", "iris_left")) == [1, 3]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Left Eye", PartKind.EYE),
        ("LowerTeeth", PartKind.TEETH),
        ("tooth_03", PartKind.TEETH),
        ("gums_and_tongue", PartKind.GUMS),
        ("mouth_bag", PartKind.MOUTH),
        ("part_2", PartKind.SKIN),
        ("more skin", PartKind.SKIN),
    ],
)
def test_other_spellings(name: str, kind: PartKind) -> None:
    assert part_kind(name) is kind
