"""A name stands for one thing: no two classes of the project share one."""

from __future__ import annotations

import ast
from collections import defaultdict

from test_imports import SOURCES


def _shared(sources: dict[str, str]) -> dict[str, list[str]]:
    """Names of classes that more than one module defines -> those modules."""
    homes = defaultdict(list)
    for module, source in sources.items():
        for name in {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)}:
            homes[name].append(module)
    return {name: sorted(modules) for name, modules in homes.items() if len(modules) > 1}


def test_no_two_classes_share_a_name() -> None:
    assert not _shared({module: path.read_text(encoding="utf-8") for module, path in SOURCES.items()})


def test_a_shared_name_is_found() -> None:
    assert _shared({"a": "class View: ...", "b": "def f():\n    class View: ...", "c": "class Other: ..."}) == {
        "View": ["a", "b"]
    }
