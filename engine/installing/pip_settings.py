"""The settings of pip that say where packages come from, also for uv and for us, who do not read pip's files."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

PYPI = "https://pypi.org/simple"
_SECTIONS = ("global", "install")
_KEYS = ("index-url", "extra-index-url", "find-links", "cert", "proxy")
# Setting of pip -> what uv calls it.
_UV_NAMES = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}
# What uv calls, or used to call, the package index and those beside it.
_UV_INDEX = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_UV_EXTRA = ("UV_INDEX", "UV_EXTRA_INDEX_URL")


def pip_settings() -> dict[str, str]:
    """The settings by the names of their environment variables; the environment rules over pip's files."""
    found: dict[str, str] = {}
    for path in _files(os.environ):
        found |= _in_file(path)
    names = map(_variable, _KEYS)
    return found | {name: os.environ[name] for name in names if name in os.environ}


def settings_for_uv() -> dict[str, str]:
    """Those settings under uv's names, where uv has none of its own."""
    settings = {
        _UV_NAMES[name]: value
        for name, value in pip_settings().items()
        if name in _UV_NAMES and _UV_NAMES[name] not in os.environ
    }
    if "UV_FIND_LINKS" in settings:
        settings["UV_FIND_LINKS"] = ",".join(settings["UV_FIND_LINKS"].split())
    return settings


def indexes() -> list[str]:
    """The addresses of the package indexes, the first one asked first."""
    pips = pip_settings()
    first = next(filter(None, map(os.environ.get, _UV_INDEX)), "") or pips.get("PIP_INDEX_URL", PYPI)
    others = [pips.get("PIP_EXTRA_INDEX_URL", ""), *(os.environ.get(name, "") for name in _UV_EXTRA)]
    # uv lets an index have a name: "company=https://..."
    named = [address for text in others for address in text.split()]
    return [first, *(address[address.find("http") :] for address in named if "http" in address)]


def _variable(key: str) -> str:
    return f"PIP_{key.upper().replace('-', '_')}"


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    """Where pip keeps its settings, what counts most last; a name that stands for nothing switches all off."""
    own = environment.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return
    home = Path.home()
    if sys.platform == "win32":
        yield Path(environment.get("PROGRAMDATA", "C:/ProgramData"), "pip", "pip.ini")
        yield home / "pip" / "pip.ini"
        yield Path(environment.get("APPDATA", home), "pip", "pip.ini")
    else:
        settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        yield from (Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"))
        yield from (Path("/Library/Application Support/pip/pip.conf"), home / ".pip" / "pip.conf")
        yield from (settings / "pip" / "pip.conf", home / "Library" / "Application Support" / "pip" / "pip.conf")
    if own:
        yield Path(own)


def _in_file(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):  # pip itself will tell
        return {}
    wanted = [(section, key) for section in _SECTIONS for key in _KEYS if parser.has_option(section, key)]
    return {_variable(key): " ".join(parser.get(section, key).split()) for section, key in wanted}
