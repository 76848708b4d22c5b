"""``face.json`` and its schema: what is written keeps to it, and the reader refuses in one sentence what does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from likeness.errors import LikenessError
from likeness.result.colouring import Colouring
from likeness.result.face_file import SCHEMA_FILE, assemble, face_text, read_face
from likeness.result.reconstruction import Reconstruction
from likeness.result.wrinkles import WRINKLE_IMAGES, WrinkleGroup
from synthetic import sheet_reconstruction

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
JSON_SCHEMA = jsonschema.Draft202012Validator(SCHEMA)
# What `likeness.result.json_schema` goes by, and what says nothing of a value.
CHECKED = {"$ref", "type", "const", "enum", "minimum", "maximum", "required", "properties", "additionalProperties"}
CHECKED |= {"items", "minItems", "maxItems"}
TOLD = {"$schema", "$defs", "title", "description"}

Place = tuple[str | int, ...]


WRINKLE_CHANNEL: Place = ("wrinkles", 0, "channel")
COLOURS = Colouring(hair=(0.02, 0.012, 0.01), skin_tone=(0.5, 0.3, 0.2))


def set_of_photos() -> Reconstruction:
    """The sheet as if made of two photos, with every field that the pipeline writes."""
    sheet = sheet_reconstruction()
    photo = {
        "name": "front.jpg",
        "index": 1,
        "camera": {"intrinsics": sheet.intrinsics.tolist(), "image_size": [64, 48]},
        "pose": {"rotation": sheet.rotation.tolist(), "translation": sheet.translation.tolist()},
        "expression": [0.25, -1.5],
        "lighting": sheet.lighting.tolist(),
        "reprojection_error": 0.01,
    }
    seen = {"faces_found": 2, "face": None, "uncertainty": [0.5], "dense": [[1.5, 2.5]], "reprojection_error": 0.02}
    return replace(
        sheet,
        landmarks=sheet.landmarks | seen,
        photos=[photo, photo | {"name": "side.jpg", "index": 0}],
        appearance=COLOURS,
        images=sheet.images | {WRINKLE_IMAGES[0]: np.zeros((16, 16, 3), np.float32)},
        wrinkles=(WrinkleGroup("frown", WRINKLE_IMAGES[0], 1, {"browDownLeft": 0.5}, 0.25),),
    )


FACE = json.loads(face_text(set_of_photos()))
NUMBERS: tuple[Place, ...] = (
    ("coefficients", "identity", 0), ("camera", "intrinsics", 0, 0), ("pose", "translation", 1), ("lighting", 8, 2),
    ("landmarks", "ibug68", 67, 1), ("timings", "fit"), ("photos", 0, "expression", 0),
    ("photos", 1, "reprojection_error"), ("appearance", "hair", 2), ("wrinkles", 0, "photo"),
    ("wrinkles", 0, "keys", "browDownLeft"),
)  # fmt: skip


def nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and all that are in it."""
    yield schema
    named = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    for part in (*named, *(schema[name] for name in ("items", "additionalProperties") if name in schema)):
        yield from nodes(part)


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Where something is in a value from a JSON file; of lists the first two entries."""
    parts = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*here, name)
        yield from places(part, (*here, name))


def changed(place: Place, change: str, value: Any) -> dict[str, Any]:
    """`FACE` with one place left out, there twice if it is in a list, or given another value."""
    face = copy.deepcopy(FACE)
    around: Any = face
    for name in place[:-1]:
        around = around[name]
    name = place[-1]
    if change == "leave out":
        del around[name]
    elif change == "double" and isinstance(around, list):
        around.append(around[name])
    else:
        around[name] = value
    return face


def refused(face: Any, folder: Path) -> bool:
    """Whether the reader refuses a face, in one sentence; any other exception is the test's end."""
    file = folder / "face.json"
    file.write_text(json.dumps(face), encoding="utf-8")
    try:
        read_face(file)
        return False
    except LikenessError as error:
        sentence = str(error)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("face")


def test_the_schema_is_one_and_all_of_it_is_checked() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]
    assert {keyword for node in nodes(SCHEMA) for keyword in node} <= CHECKED | TOLD


def test_every_field_is_described() -> None:
    fields = [(name, field) for node in nodes(SCHEMA) for name, field in node.get("properties", {}).items()]
    assert len(fields) > 30
    for name, field in fields:
        definition = SCHEMA["$defs"].get(field.get("$ref", "").rpartition("/")[2], {})
        assert field.get("description") or definition.get("description") or "properties" in definition, name


@pytest.mark.parametrize("reconstruction", [sheet_reconstruction(), set_of_photos()], ids=["one photo", "a set"])
def test_what_is_written_keeps_to_the_schema(reconstruction: Reconstruction, folder: Path) -> None:
    face = json.loads(face_text(reconstruction))
    JSON_SCHEMA.validate(face)
    assert not refused(face, folder)


@settings(max_examples=500)
@given(
    place=st.sampled_from(list(places(FACE))),
    change=st.sampled_from(["leave out", "double", "replace"]),
    value=st.recursive(
        # Whole numbers with a fraction, and those no float can hold, are another test's.
        st.none() | st.booleans() | st.just(-1) | st.integers(-3, 70) | st.floats(0.001, 0.999) | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "pose"]), inner),
    ),
)
def test_the_reader_refuses_what_the_schema_refuses(folder: Path, place: Place, change: str, value: Any) -> None:
    face = changed(place, change, value)
    assert refused(face, folder) == (not JSON_SCHEMA.is_valid(face))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, True, "1", None, []])
@pytest.mark.parametrize("place", NUMBERS)
def test_numbers_are_finite_numbers(folder: Path, place: Place, value: object) -> None:
    assert refused(changed(place, "replace", value), folder)


@pytest.mark.parametrize(
    "place", [("photos", 0, "index"), ("camera", "image_size", 0), ("landmarks", "face"), WRINKLE_CHANNEL]
)
def test_whole_numbers_are_written_without_a_fraction(folder: Path, place: Place) -> None:
    assert not refused(changed(place, "replace", 1), folder)
    assert refused(changed(place, "replace", 1.0), folder)


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (("pose", "rotation"), [[1, 0, 0], [0, 1, 0]], "pose.rotation has 2 entries, not 3"),
        (("lighting", 3, 1), "dark", r"lighting\[3\]\[1\] is no finite number"),
        (("camera", "image_size"), [0, 48], r"camera.image_size\[0\] is less than 1"),
        (("landmarks", "face"), "first", "landmarks.face is no whole number or null"),
        (("camera",), {"image_size": [64, 48]}, "camera has no intrinsics"),
        (("schema_version",), True, "schema_version is not 1"),
        (("photos", 1), {"name": "a"}, r"photos\[1\] has no pose"),
    ],
)
def test_the_sentence_says_what_is_wrong_and_where(folder: Path, place: Place, value: object, sentence: str) -> None:
    (folder / "face.json").write_text(json.dumps(changed(place, "replace", value)), encoding="utf-8")
    with pytest.raises(LikenessError, match=rf"face\.json is damaged \({sentence}\)\.$"):
        read_face(folder / "face.json")


def test_a_file_without_a_field_is_told_at_once(folder: Path) -> None:
    (folder / "face.json").write_text(json.dumps(changed(("camera",), "leave out", None)), encoding="utf-8")
    with pytest.raises(LikenessError, match=r"\(it has no camera\)"):
        read_face(folder / "face.json")


def test_endless_nesting_is_refused(folder: Path) -> None:
    (folder / "face.json").write_text('{"schema_version": ' + "[" * 200_000, encoding="utf-8")
    with pytest.raises(LikenessError, match="cannot be read"):
        read_face(folder / "face.json")


def test_older_files_and_further_fields_are_read(folder: Path) -> None:
    face = copy.deepcopy(FACE)
    del face["appearance"], face["written_by"], face["landmarks"]["face"], face["landmarks"]["dense"]
    for photo in face["photos"]:
        for name in ("index", "camera", "expression", "lighting", "reprojection_error"):
            del photo[name]
    face["mood"] = {"told by": np.pi}
    assert not refused(face, folder)
    JSON_SCHEMA.validate(face)
    assert read_face(folder / "face.json") == face


def test_colours_come_back_and_older_files_know_none(folder: Path) -> None:
    known = set_of_photos()
    for written, read in ((FACE, COLOURS), (changed(("appearance",), "leave out", None), Colouring())):
        assert not refused(written, folder)
        assert assemble(read_face(folder / "face.json"), known.mesh, {}).appearance == read
    assert "appearance" not in json.loads(face_text(sheet_reconstruction()))
