"""The words for choices, and what they mean."""

from __future__ import annotations

import pytest
from likeness.errors import LikenessError
from likeness.result.choices import AUTO_SIZES, DEVICES, TEXTURE_LIMITS, TEXTURE_SIZES, device_note, texture_size


def test_sizes_of_textures() -> None:
    assert [texture_size(choice) for choice in ("auto", "1024", 2048, 16)] == ["auto", 1024, 2048, 16]
    for size in (*TEXTURE_SIZES, *AUTO_SIZES, *TEXTURE_LIMITS):
        assert texture_size(str(size)) == texture_size(size) == size


WORDS = ("", "2k", "-1", "1e3", "²", "٢٠٤٨", "9" * 5000)
VALUES = (0, -512, 15, 4097, 10**9, 10**30, 1024.0, True, None, [512])


@pytest.mark.parametrize("choice", [*WORDS, *VALUES])
def test_what_is_no_size_is_one_sentence(choice: object) -> None:
    with pytest.raises(LikenessError) as told:
        texture_size(choice)
    assert str(told.value) == (
        f"A texture's size is 'auto' or a whole number of pixels from 16 to 4096, not {choice!r:.60}."
    )


def test_a_device_that_was_not_used_is_told() -> None:
    assert [device_note(device) for device in DEVICES] == [""] * len(DEVICES)
    assert device_note("Using the CPU, because cuda does not work here (no driver).").startswith("Using the CPU")
