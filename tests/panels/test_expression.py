"""The expression panel: groups, texts, search, and that drawing takes no time."""

from __future__ import annotations

import time
from pathlib import Path

import bpy
import pytest
from fake_layout import FakeLayout, draw
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.operators.settings import session
from likeness.panels.expression import BASIS, OTHERS, LIKENESS_PT_expression, title_of
from named_sheets import ARKIT_FACE, build_named


def test_every_arkit_key_has_a_titled_group() -> None:
    titles = [title_of(name) for name in ARKIT_NAMES]
    assert {title.group for title in titles} == {"Brows", "Eyes", "Jaw", "Mouth", "Cheeks", "Nose"}
    assert len({(title.group, title.text) for title in titles}) == len(ARKIT_NAMES)


@pytest.mark.parametrize(
    ("name", "group", "text"),
    [
        ("eyeBlinkLeft", "Eyes", "Blink Left"),
        ("eyeBlink_L", "Eyes", "Blink Left"),
        ("browInnerUp", "Brows", "Inner Up"),
        ("tongueOut", "Tongue", "Out"),
        ("exp_00", BASIS, "exp_00"),
        ("mouth", OTHERS, "mouth"),
        ("我的", OTHERS, "我的"),
        ("", OTHERS, ""),
    ],
)
def test_titles(name: str, group: str, text: str) -> None:
    assert title_of(name)[:2] == (group, text)


def test_all_sliders_are_the_keys_themselves(tmp_path: Path) -> None:
    face = build_named(tmp_path, ARKIT_FACE)
    layout = draw(LIKENESS_PT_expression)
    sliders = [drawn for drawn in layout.drawn if drawn.name == "value"]
    assert {slider.owner.name for slider in sliders} == set(ARKIT_NAMES)
    assert {slider.owner.id_data for slider in sliders} == {face.data.shape_keys}
    assert [name.removeprefix("likeness_") for name in layout.names("panel")] == [
        "Brows", "Eyes", "Jaw", "Mouth", "Cheeks", "Nose"
    ]  # fmt: skip


def test_closed_groups_draw_no_sliders(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    assert "value" not in draw(LIKENESS_PT_expression, open_panels=False).names("prop")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("blink", ["Eyes: Blink Left", "Eyes: Blink Right"]),
        ("LEFT smile", ["Mouth: Smile Left"]),
        ("eyewide", ["Eyes: Wide Left", "Eyes: Wide Right"]),
        ("nothing of this name", []),
    ],
)
def test_search_gives_a_flat_list(tmp_path: Path, search: str, found: list[str]) -> None:
    build_named(tmp_path, ARKIT_FACE)
    session(bpy.context).search = search
    layout = draw(LIKENESS_PT_expression)
    assert [drawn.text for drawn in layout.drawn if drawn.name == "value"] == found
    assert not layout.names("panel")
    assert layout.texts("label") == ([] if found else ["No slider of this name"])


def test_the_axes_of_a_basis_have_their_own_group_below_the_named_ones(tmp_path: Path) -> None:
    basis = {f"exp_{i:02}": 0.0 for i in range(64)}
    build_named(tmp_path, basis | ARKIT_FACE, model="bfm2009", span=3.0)
    layout = draw(LIKENESS_PT_expression)
    assert layout.names("panel") == [
        f"likeness_{group}" for group in ("Brows", "Eyes", "Jaw", "Mouth", "Cheeks", "Nose", BASIS)
    ]
    assert layout.names("prop").count("value") == len(basis) + len(ARKIT_FACE)


def test_a_basis_is_open_where_there_is_nothing_else(tmp_path: Path) -> None:
    opened = {}

    class Layout(FakeLayout):
        def panel(self, idname: str, default_closed: bool = False) -> tuple[FakeLayout, FakeLayout | None]:
            opened[idname] = not default_closed
            return super().panel(idname, default_closed)

    for shapes, expected in (({"exp_00": 0.0}, True), ({"exp_00": 0.0, "jawOpen": 0.0}, False)):
        build_named(tmp_path, shapes, model="bfm2009")
        type("Panel", (), {**vars(LIKENESS_PT_expression), "layout": Layout()})().draw(bpy.context)
        assert opened[f"likeness_{BASIS}"] is expected


def test_a_face_whose_keys_were_removed(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE).shape_key_clear()
    assert "value" not in draw(LIKENESS_PT_expression).names("prop")


def test_absent_without_a_face() -> None:
    assert not LIKENESS_PT_expression.poll(bpy.context)


def test_drawing_takes_less_than_three_milliseconds(tmp_path: Path) -> None:
    build_named(tmp_path, ARKIT_FACE)
    draw(LIKENESS_PT_expression)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        draw(LIKENESS_PT_expression)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.003
