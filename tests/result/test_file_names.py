"""Names of results, and of files that are no text."""

from __future__ import annotations

import os

import pytest
from likeness.result.file_names import LONGEST_NAME, readable, result_folder_name


def test_a_result_is_named_after_its_photo() -> None:
    assert result_folder_name("me") == "me.likeness"
    assert result_folder_name("e\u0301 \N{GRINNING FACE}.") == "e\u0301 \N{GRINNING FACE}..likeness"
    assert result_folder_name("a\\b") == "a_b.likeness"


@pytest.mark.parametrize("letter", ["a", "é", "写", "\N{GRINNING FACE}"])
def test_a_long_name_is_cut_between_letters(letter: str) -> None:
    name = result_folder_name(letter * 255)
    assert LONGEST_NAME - len(letter.encode()) < len(os.fsencode(name)) <= LONGEST_NAME
    assert set(name.removesuffix(".likeness")) == {letter}


def test_what_is_no_text_becomes_a_sign() -> None:
    assert readable("a\udcff\nb\x1b\u2028c\x85") == "a??b??c?"
    for text in ("plain", "שלום \u202e", "e\u0301", "\N{MAN}\u200d\N{WOMAN}"):
        assert readable(text) == text
