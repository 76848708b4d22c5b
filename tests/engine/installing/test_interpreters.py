"""Finding a Python for the engine where Blender's own does not suit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from likeness.engine.installing import interpreters
from likeness.engine.installing.interpreters import Interpreter, candidates, describe, find_interpreter
from likeness.errors import LikenessError
from tiny_wheels import write_program


def fake(path: Path, version: list[int], *, suits: bool = True, makes_environments: bool = True) -> Path:
    """A program that describes itself as such a Python."""
    answer = {"version": version, "kind": "a-kind", "suits": suits, "makes_environments": makes_environments}
    return write_program(path, f"print('likeness-python:' + {json.dumps(answer)!r})")


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The only Pythons of this computer; the test fills it."""
    pythons: list[Path] = []
    monkeypatch.setattr(interpreters, "candidates", lambda: iter(pythons))
    return pythons


def test_describes_this_python() -> None:
    found = describe(Path(sys.executable))
    assert found is not None
    assert found.version == sys.version_info[:2]
    assert found.makes_environments


def test_what_is_no_python_has_no_description(tmp_path: Path) -> None:
    assert describe(tmp_path) is None
    assert describe(write_program(tmp_path / "stub", "print('Get Python from the store')")) is None


@pytest.mark.parametrize("blenders", [[3, 10], [3, 13], [3, 14]])
def test_another_is_found_where_blenders_does_not_suit(
    tmp_path: Path, offered: list[Path], blenders: list[int]
) -> None:
    offered += [fake(tmp_path / "blender's", blenders), tmp_path / "absent", fake(tmp_path / "Müller 张", [3, 12])]
    found = find_interpreter(with_uv=False)
    assert found == Interpreter(tmp_path / "Müller 张", (3, 12), "a-kind", True, True)


def test_blenders_own_comes_first(tmp_path: Path, offered: list[Path]) -> None:
    offered += [fake(tmp_path / "blender's", [3, 11]), fake(tmp_path / "other", [3, 11])]
    found = find_interpreter(with_uv=False)
    assert found is not None
    assert found.path == offered[0]


def test_without_venv_is_better_than_none(tmp_path: Path, offered: list[Path]) -> None:
    offered += [fake(tmp_path / "python", [3, 11], makes_environments=False)]
    for with_uv in (False, True):
        found = find_interpreter(with_uv=with_uv)
        assert found is not None
        assert (found.path, found.makes_environments) == (offered[0], False)


def test_another_with_venv_is_taken_instead(tmp_path: Path, offered: list[Path]) -> None:
    offered += [fake(tmp_path / "debian's", [3, 11], makes_environments=False), fake(tmp_path / "good", [3, 12])]
    found = find_interpreter(with_uv=False)
    assert found is not None
    assert found.path == offered[1]


def test_none_at_all(tmp_path: Path, offered: list[Path]) -> None:
    offered += [fake(tmp_path / "python", [3, 13])]
    assert find_interpreter(with_uv=True) is None
    assert find_interpreter(with_uv=False) is None


def test_a_computer_without_packages(tmp_path: Path, offered: list[Path]) -> None:
    offered += [fake(tmp_path / "python", [3, 11], suits=False)]
    with pytest.raises(LikenessError, match=r"not made for this kind of computer \(a-kind\)"):
        find_interpreter(with_uv=True)


def test_blender_itself_is_never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/bin/blender")
    assert Path("/usr/bin/blender") not in candidates()


def test_looks_in_the_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    path = fake(tmp_path / "bin" / "python3.12", [3, 12])
    pyenv = fake(tmp_path / ".pyenv" / "versions" / "3.11.7" / "bin" / "python", [3, 11])
    conda = fake(tmp_path / "miniforge3" / "bin" / "python", [3, 12])
    uv = fake(tmp_path / ".local/share/uv/python/cpython-3.12.1-linux-x86_64-gnu/bin/python3", [3, 12])
    assert {path, pyenv, conda, uv} <= set(candidates())
