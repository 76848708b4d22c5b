"""The library of face models in the preferences."""

from __future__ import annotations

import re
from pathlib import Path

import bpy
import pytest
from fake_layout import FakeLayout
from likeness.bfm.library import store
from likeness.bfm.library.store import MODEL_FILE, Record, install
from likeness.operators import library_state
from likeness.panels.model_list import draw_models

ADD, GET, CHECK, REMOVE = (f"likeness.{name}" for name in ("add_model", "get_model", "check_models", "remove_model"))

pytestmark = pytest.mark.usefixtures("own_library")

MODELS_PAGE = Path(__file__).parents[2] / "docs" / "models.md"


def drawn(open_panels: bool = False) -> FakeLayout:
    layout = FakeLayout(open_panels=open_panels)
    draw_models(layout, bpy.context)
    return layout


def put(model_id: str, name: str, licence: str, kind: str = "model") -> None:
    record = Record(model_id, name, "tests", licence, kind, (), "0.1.0")
    install(record, lambda folder: (folder / MODEL_FILE).write_bytes(bytes(45_000_000)) and None)
    library_state.refresh()


def test_an_empty_library_offers_what_can_be_had() -> None:
    layout = drawn()
    assert layout.names("operator") == [ADD, GET, GET]
    assert {"Get ICT-FaceKit (130 MB)", "Get GNM Head 3 (53 MB)"} <= set(layout.texts("operator"))
    assert f"Library:{store.models_folder()}" in "".join(layout.texts("label")).replace(" ", "")


def test_pages_of_models_are_those_of_the_documentation() -> None:
    """The zip has no documentation: what the panel says must do."""
    layout = drawn(open_panels=True)
    pages = layout.texts("operator")[3:]
    assert layout.names("operator")[3:] == ["wm.url_open"] * len(pages)
    documented = set(re.findall(r"https://([^>)\s]+)", MODELS_PAGE.read_text(encoding="utf-8")))
    assert set(pages) == documented - {"github.com/google/GNM", "github.com/zhuhao-nju/facescape"}
    assert not [text for text in layout.texts("label") if "docs/" in text]


def test_each_model_has_name_licence_size_and_a_way_out() -> None:
    put("bfm2009", "BFM 2009", "Basel's licence: " + "non-commercial research " * 5)
    put("flame2023", "FLAME 2023", "CC BY 4.0 or\nMPI's")
    put("ict", "ICT-FaceKit", "MIT")
    put("deep3d", "Deep3D R-Net", "read it", kind="network")
    layout = drawn()
    texts = layout.texts("label")
    assert texts[:2] == ["BFM 2009", "no commercial use, 45 MB"]
    assert {"commercial use, 45 MB", "no commercial use, 45 MB", "read its licence, 45 MB"} <= set(texts)
    assert "CC BY 4.0 or MPI's" in texts
    assert max(len(text) for text in texts if text.startswith("Basel")) <= 60
    assert layout.names("operator") == [REMOVE] * 4 + [ADD, CHECK, GET]
    put("gnm", "GNM Head 3", "Apache-2.0")
    assert drawn().names("operator") == [REMOVE] * 5 + [ADD, CHECK]


def test_drawing_does_not_touch_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    put("ict", "ICT-FaceKit", "MIT")

    def touched(*_: object, **__: object) -> None:
        raise AssertionError("the disk was touched")

    monkeypatch.setattr(Path, "stat", touched)
    monkeypatch.setattr(Path, "open", touched)
    assert REMOVE in drawn().names("operator")
