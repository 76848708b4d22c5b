"""One home for each fact: words and numbers that a module gives a name stand as literals nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from likeness import libraries
from likeness.anatomy.joints import JointName
from likeness.anatomy.parts import PartName
from likeness.anatomy.regions import RegionName
from likeness.bfm import model_ids
from likeness.engine.installing import builds
from likeness.engine.installing.environment import SUPPORTED
from likeness.result import choices, file_names
from likeness.version import ID
from test_imports import REPOSITORY, SOURCES

_POINTS = re.compile(r"points|landmark|dense|mesh\b|\blm\b")  # how arrays of landmarks are called


def _literals(source: str) -> Iterator[object]:
    """Values in the code; docstrings are none."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Expr):
            yield from (child.value for child in ast.iter_child_nodes(node) if isinstance(child, ast.Constant))


def _homeless(wanted: set[object], source: str) -> set[object]:
    return {value for value in _literals(source) if value in wanted and not isinstance(value, bool)}


def _ids(source: str) -> list[str]:
    """Places like ``points[36]`` and ``points[48:54]``: an array asked for a landmark by its number."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and _POINTS.search(ast.unparse(node.value)):
            numbers = [child.value for child in ast.walk(node.slice) if isinstance(child, ast.Constant)]
            found += [ast.unparse(node) for number in numbers if isinstance(number, int) and number >= 17]
    return found


def _named(*spaces: object) -> set[object]:
    """The words that a class or module of names holds, alone or in tuples."""
    values = [value for space in spaces for name, value in vars(space).items() if name.isupper()]
    flat = [word for value in values for word in (value if isinstance(value, tuple) else (value,))]
    return {word for word in flat if isinstance(word, str)}


def _packages() -> set[object]:
    return {library.package for library in libraries.NEEDED if library.package != library.module}


# Home -> its words, but for those that are another fact as well (a stage of the work, a region, a part and a joint of
# one name, a device in PyTorch's own words), and modules where the same word is another fact.
HOMES: dict[str, tuple[set[object], set[str]]] = {
    # Beginnings of expressions' names; ranges of ICT-FaceKit's own; joints, among them of GNM's file; pieces of a cage.
    "anatomy.parts": (
        _named(PartName) - {PartName.SKIN, PartName.TONGUE},
        {
            "anatomy.joints",
            "panels.expression",
            "bfm.formats.ict_facekit.parts",
            "bfm.formats.ict_facekit.layout",
            "bfm.formats.ict_facekit.colours",
            "bfm.formats.gnm.reader",
            "training.builtin_model.expressions",
        },
    ),
    "anatomy.joints": (_named(JointName) - {JointName.JAW, JointName.TONGUE}, {"bfm.formats.gnm.reader"}),
    # A piece of the built-in model's cage is called eyes, too.
    "anatomy.regions": (
        _named(RegionName) - {RegionName.SKIN, RegionName.JAW, RegionName.NOSE},
        {"training.builtin_model.piece_names"},
    ),
    "result.choices": (
        {choices.DRAFT, choices.FINAL, choices.AUTO, choices.MPS, choices.UNREAL, choices.UNITY, choices.GODOT},
        set(),
    ),
    "result.file_names": (_named(file_names), set()),
    # A way to fit is called after the model that it fits.
    "bfm.model_ids": (_named(model_ids), {"result.choices"}),
    # What face.json calls a detector, and the benchmark a peer.
    "libraries": (_packages(), {"inference.detectors.landmarks", "benchmarks.systems"}),
    "cli.console": ({130}, {"anatomy.landmarks"}),
    # The package's name, before the package can be asked.
    "version": ({ID}, {"engine.launch"}),
}


@pytest.mark.parametrize("home", HOMES)
def test_words_stand_in_their_home_alone(home: str) -> None:
    words, elsewhere = HOMES[home]
    assert words
    others = {module: path for module, path in SOURCES.items() if module not in {home, *elsewhere}}
    found = {module: _homeless(words, path.read_text(encoding="utf-8")) for module, path in others.items()}
    assert not {module: values for module, values in found.items() if values}


def test_landmarks_are_asked_for_by_name() -> None:
    found = {module: _ids(path.read_text(encoding="utf-8")) for module, path in SOURCES.items()}
    assert not {module: places for module, places in found.items() if places}


def test_literals_are_found() -> None:
    source = '"""final"""\ndef f(a="final"):\n    """draft"""\n    return a == "draft" or points[[36, 3]] or other[99]'
    assert _homeless({"draft", "final", "auto"}, source) == {"draft", "final"}
    assert _homeless({"draft"}, 'x = "a draft"') == set()
    assert _ids(source) == ["points[[36, 3]]"]


def _packages(requirements: str) -> set[str]:
    return {re.split(r"[<>=;]", entry)[0] for entry in re.findall(r'"([^"]+)"', requirements)}


def test_the_metadata_names_the_same_libraries_and_pythons() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    needed = re.search(r"^dependencies = \[(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    optional = re.search(r"^\[project.optional-dependencies\]\n(.*?)^$", text, flags=re.MULTILINE | re.DOTALL)
    assert needed is not None
    assert optional is not None
    assert _packages(needed[1]) == {library.package for library in libraries.NEEDED}
    assert _packages(optional[1]) == {"bpy"} | {library.package for library in libraries.OPTIONAL}
    # What is pinned has it all.
    pins = (REPOSITORY / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    pinned = {line.split("==")[0] for line in pins.splitlines()}
    locked = {line.split("==")[0] for line in (builds.LOCKS / "common.txt").read_text(encoding="utf-8").splitlines()}
    assert {library.package for library in libraries.OPTIONAL} <= pinned & locked
    # The package goes further than the engine's environments, which end with the wheels of the face finder.
    (_, first), (_, last) = SUPPORTED[0], SUPPORTED[-1]
    assert f'requires-python = ">=3.{first},' in text
    assert f"\"mediapipe==0.10.21; python_version < '3.{last + 1}'\"" in text


def test_the_locks_come_from_where_the_engine_looks() -> None:
    written = (REPOSITORY / "requirements" / "lock.py").read_text(encoding="utf-8")
    assert f'TORCH_INDEX = "{builds.TORCH_INDEX}"' in written
    used = {builds.COMMON, builds.UV, *(name for name, _, _ in builds._TORCH.values())}
    assert used == {value for value in _literals(written) if re.fullmatch(r"[a-z-]+\.txt", str(value))} - {
        "runtime.txt",
        "dev.txt",
    }
