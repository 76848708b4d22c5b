"""The library of face models in Blender: added, chosen, checked, removed, and never looked for while drawing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from likeness.bfm.library import store
from likeness.bfm.library.store import MODEL_FILE, Record, install, installed
from likeness.engine.client import Engine
from likeness.operators import library_state, models, online, settings
from likeness.operators.settings import keep_known_model, session

pytestmark = pytest.mark.usefixtures("own_library")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the engine that is not real answer with such values."""
    return lambda **values: monkeypatch.setenv("LIKENESS_FAKE_VALUES", json.dumps(values))


def put(model_id: str, name: str = "") -> None:
    """A model into the library, behind Blender's back."""
    record = Record(model_id, name or model_id.upper(), "tests", "MIT", "model", (), "0.1.0")
    install(record, lambda folder: (folder / MODEL_FILE).write_bytes(bytes(2_000_000)) and None)


def test_what_was_added_can_be_chosen_at_once(
    use_engine: Callable[[], Engine], told: Callable[..., None], tmp_path: Path
) -> None:
    told(id="ict", name="ICT", kind="model", older_names=["FLAME 2020"])
    use_engine()
    put("ict")  # as the engine does
    assert list(library_state.model_names()) == ["builtin"]
    assert bpy.ops.likeness.add_model(filepath=str(tmp_path), full=True) == {"FINISHED"}
    session(bpy.context).model = "ict"
    assert [entry.id for entry in library_state.entries()] == ["ict"]


def test_a_network_is_no_face_model() -> None:
    added = {"id": "deep3d", "name": "Deep3D R-Net", "kind": "network", "older_names": []}
    assert models._summary(added) == "Deep3D R-Net is in the library."
    assert "can be chosen as the face model" in models._summary(added | {"kind": "model"})


def test_the_engine_gets_path_and_choice(use_engine: Callable[[], Engine], tmp_path: Path) -> None:
    engine = use_engine()
    asked = []
    submit = engine.submit
    engine.submit = lambda action, **arguments: asked.append((action, arguments)) or submit(action, steps=1)
    for operator in (models.LIKENESS_OT_add_model, models.LIKENESS_OT_get_model, models.LIKENESS_OT_check_models):
        stand_in = SimpleNamespace(filepath=str(tmp_path / "Jürgen 张"), full=True, model="gnm")
        operator.start(stand_in, bpy.context).close()
    assert asked == [
        ("add_model", {"path": tmp_path / "Jürgen 张", "full": True}),
        ("get_model", {"id": "gnm"}),
        ("check_models", {}),
    ]


def test_nothing_chosen_is_a_sentence(use_engine: Callable[[], Engine]) -> None:
    use_engine()
    with pytest.raises(RuntimeError, match="Choose the model's file or folder first"):
        bpy.ops.likeness.add_model()


def test_without_the_engine_nothing_can_be_added() -> None:
    for operator in (bpy.ops.likeness.add_model, bpy.ops.likeness.check_models):
        with pytest.raises(RuntimeError, match="Install the engine"):
            operator()


def test_getting_a_model_needs_the_internet(use_engine: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    use_engine()
    app = SimpleNamespace(online_access=False, online_access_override=False)
    monkeypatch.setattr(online, "bpy", SimpleNamespace(app=app))
    with pytest.raises(RuntimeError, match=r"required to download face models\. Enable online access in System"):
        bpy.ops.likeness.get_model(model="ict")
    app.online_access = True
    assert bpy.ops.likeness.get_model.poll()


def test_the_button_says_what_it_downloads_and_from_where() -> None:
    for model, words in (("ict", "ICT-FaceKit from github.com/ICT-VGL"), ("gnm", "GNM Head 3 from huggingface.co")):
        tip = models.LIKENESS_OT_get_model.description(bpy.context, SimpleNamespace(model=model))
        assert tip.startswith(f"Download {words}")
        assert not tip.endswith(".")


def test_check_tells_what_is_wrong(use_engine: Callable[[], Engine], told: Callable[..., None]) -> None:
    told(faults={"builtin": [], "ict": ["ict cannot be read: add ict again."]})
    use_engine()
    with pytest.raises(RuntimeError, match="ict cannot be read: add ict again"):
        bpy.ops.likeness.check_models()


def test_removing_the_chosen_one_goes_back_to_the_built_in(use_engine: Callable[[], Engine]) -> None:
    for model in ("bfm2009", "ict"):
        put(model)
    library_state.refresh()
    session(bpy.context).model = "ict"
    assert bpy.ops.likeness.remove_model(model="bfm2009") == {"FINISHED"}
    assert session(bpy.context).model == "ict"  # though it is another in the order now
    assert bpy.ops.likeness.remove_model(model="ict") == {"FINISHED"}
    assert session(bpy.context).model == "builtin"
    assert installed() == {}
    with pytest.raises(RuntimeError, match="There is no model 'ict' to remove"):
        bpy.ops.likeness.remove_model(model="ict")


def test_one_removed_elsewhere_is_no_choice_any_more() -> None:
    put("ict")
    library_state.refresh()
    session(bpy.context).model = "ict"
    store.remove("ict")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)  # looks again, as with any file
    assert session(bpy.context).model == "builtin"


def test_a_choice_outlives_the_file() -> None:
    put("ict")
    library_state.refresh()
    session(bpy.context).model = "ict"
    put("bfm2009")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert session(bpy.context).model == "ict"
    session(bpy.context).property_unset("model")
    keep_known_model(bpy.context)
    assert session(bpy.context).model == "builtin"


def test_menus_do_not_touch_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    put("ict", "Jürgen 张")
    library_state.refresh()

    def touched(*_: object) -> None:
        raise AssertionError("the disk was touched")

    for module in (store, library_state):
        monkeypatch.setattr(module, "installed", touched)
    items = settings.model_items(None, None)
    assert [item[:2] for item in items] == [("builtin", "Built-in"), ("ict", "Jürgen 张")]
    assert items[0][4] == 0
    assert len({item[4] for item in items}) == 2
