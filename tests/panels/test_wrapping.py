"""Long texts in panels are cut into lines that the region has room for, and nothing of them is lost."""

from __future__ import annotations

from types import SimpleNamespace

import blf
import bpy
import pytest
from fake_layout import FakeLayout
from likeness.panels.wrapping import MARGIN, draw_text, lines

SENTENCE = (
    "github.com shows a certificate that this computer does not trust: "
    "name the file of your company's certificates in SSL_CERT_FILE and start again."
)
PATH = (
    "Its log is C:\\Users\\Jürgen Müller\\AppData\\Roaming\\Blender Foundation\\Blender\\5.1\\extensions\\install.log."
)


def context(width: int, scale: float = 1.0) -> SimpleNamespace:
    """A region so wide, in pixels, on a screen of such a scale."""
    styles = bpy.context.preferences.ui_styles
    preferences = SimpleNamespace(system=SimpleNamespace(ui_scale=scale), ui_styles=styles)
    return SimpleNamespace(region=SimpleNamespace(width=width), preferences=preferences)


@pytest.mark.parametrize("text", [SENTENCE, PATH, "没有" * 60, "x" * 300])
@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [260, 420, 900])
def test_every_line_fits(text: str, width: int, scale: float) -> None:
    found = lines(context(int(width * scale), scale), text)
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points * scale)
    assert max(blf.dimensions(0, line)[0] for line in found) <= (width - 20 * MARGIN) * scale
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    # And no more lines than it needs.
    assert len(found) <= 2 + 2 * blf.dimensions(0, text)[0] / ((width - 20 * MARGIN) * scale)


def test_words_and_folders_stay_whole() -> None:
    found = lines(context(420), f"{SENTENCE} {PATH}")
    assert len(found) >= 4
    words = f"{SENTENCE} {PATH}".replace("\\", "\\ ").split()
    assert " ".join(found).replace("\\", "\\ ").split() == words


def test_what_is_beside_takes_room() -> None:
    assert len(lines(context(420), SENTENCE, taken=8)) > len(lines(context(420), SENTENCE))


def test_a_region_without_room_still_shows_something() -> None:
    assert "".join(lines(context(10), SENTENCE)).replace(" ", "") == SENTENCE.replace(" ", "")


def test_lines_of_the_text_stay_lines() -> None:
    found = lines(context(900), f"One.\n{SENTENCE}\nThree.")
    assert (found[0], found[-1]) == ("One.", "Three.")
    assert found[1:-1] == lines(context(900), SENTENCE)


def test_an_empty_text_is_an_empty_line() -> None:
    assert lines(context(300), "") == [""]


def test_drawn_are_labels() -> None:
    layout = FakeLayout()
    draw_text(layout, context(260), SENTENCE, "INFO")
    assert " ".join(layout.texts("label")) == SENTENCE
    assert len(layout.texts("label")) > 2
