"""Where packages come from, as pip is told: by the environment or in its files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from likeness.engine.installing.pip_settings import PYPI, indexes, pip_settings, settings_for_uv

FILE = """\
[global]
index-url = https://mirror.example.org/simple
extra-index-url =
    https://a.example.org/simple
    https://b.example.org/simple
[install]
find-links = /wheels /more
"""


@pytest.fixture(autouse=True)
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only settings are those of a file, which each test writes."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setattr("likeness.engine.installing.pip_settings._files", lambda _: iter([tmp_path / "pip.conf"]))


def test_without_settings_it_is_pypi() -> None:
    assert indexes() == [PYPI]
    assert settings_for_uv() == {}


def test_a_companys_file_is_read_for_uv_too(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(FILE)
    assert indexes() == [f"https://{host}.example.org/simple" for host in ("mirror", "a", "b")]
    assert settings_for_uv() == {
        "UV_DEFAULT_INDEX": "https://mirror.example.org/simple",
        "UV_INDEX": "https://a.example.org/simple https://b.example.org/simple",
        "UV_FIND_LINKS": "/wheels,/more",
    }


def test_the_environment_rules_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.conf").write_text(FILE)
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example.org/simple")
    assert pip_settings()["PIP_INDEX_URL"] == "https://other.example.org/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uvs.example.org/simple")
    monkeypatch.setenv("UV_INDEX", "named=https://c.example.org/simple")
    assert indexes()[0] == "https://uvs.example.org/simple"
    assert indexes()[-1] == "https://c.example.org/simple"
    assert not {"UV_DEFAULT_INDEX", "UV_INDEX"} & set(settings_for_uv())


def test_a_damaged_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_bytes(b"\xff[global\nindex-url")
    assert indexes() == [PYPI]


def test_the_usual_files_are_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / ("pip.ini" if os.name == "nt" else "pip.conf")).write_text(FILE)
    assert pip_settings()["PIP_INDEX_URL"] == "https://mirror.example.org/simple"
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert pip_settings() == {}
