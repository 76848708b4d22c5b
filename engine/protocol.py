"""The messages between Blender and the engine: one JSON object a line, each way. Standard library only."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, NoReturn

PROTOCOL = 1
MAX_LINE_BYTES = 1 << 20  # arrays go by file, so no honest message comes near
NO_JOB = 0  # jobs count from 1; an error of no job means that the engine cannot work at all
ERROR_KINDS = ("input", "fault", "cancelled")


class ProtocolError(Exception):
    """What was received is no valid message; the text says why."""


class NotAMessage(ProtocolError):
    """A line that does not even look like a message, as a chatty library would print it."""


@dataclass(frozen=True)
class Hello:
    """Engine: ready to work."""

    protocol: int
    version: str  # of Likeness
    python: str
    torch: str
    device: str  # that ``auto`` stands for, proved by a small computation
    note: str  # one sentence about the devices that do not work, or nothing


@dataclass(frozen=True)
class Progress:
    """Engine: a job is at this stage."""

    job: int
    stage: str
    fraction: float  # of the whole job, 0 to 1


@dataclass(frozen=True)
class Result:
    """Engine: a job is done."""

    job: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Error:
    """Engine: a job ended without a result."""

    job: int
    kind: str  # one of ERROR_KINDS
    message: str  # one sentence for the user


@dataclass(frozen=True)
class Alive:
    """Engine: the heartbeat."""


@dataclass(frozen=True)
class Run:
    """Blender: do this, after the jobs sent before."""

    job: int
    action: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Cancel:
    """Blender: stop this job; sent again, interrupt it wherever it is."""

    job: int


Message = Hello | Progress | Result | Error | Alive | Run | Cancel
FROM_ENGINE = (Hello, Progress, Result, Error, Alive)
FROM_BLENDER = (Run, Cancel)


def encode(message: Message) -> bytes:
    """A message as one line. Raises `ProtocolError` where its values are not plain, finite or short enough."""
    try:
        # ASCII, because the name of a file may hold bytes that are no UTF-8, which only escapes carry over.
        text = json.dumps({"type": _name(type(message)), **asdict(message)}, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"a {_name(type(message))} message cannot be written ({error})") from error
    if len(text) >= MAX_LINE_BYTES:
        raise ProtocolError(f"a {_name(type(message))} message is too long ({len(text)} bytes)")
    return text.encode("ascii") + b"\n"


def decode(line: bytes, kinds: tuple[type, ...]) -> Any:
    """The message of a line, one of ``kinds``. Raises `ProtocolError`, as `NotAMessage` where it is no message at all.

    A hello of another protocol comes with the number alone: what else it says is not for this version to read.
    """
    values = _object(line)
    name = values.pop("type")
    kind = next((k for k in kinds if _name(k) == name), None)
    if kind is None:
        raise ProtocolError(f"there is no message {name!r}")
    if kind is Hello and _whole(values.get("protocol")) and values["protocol"] != PROTOCOL:
        return Hello(values["protocol"], "", "", "", "", "")
    return _checked(kind, name, values)


def _object(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotAMessage(f"a line is not JSON: {_excerpt(line)}") from error
    if not isinstance(values, dict) or not isinstance(values.get("type"), str):
        raise NotAMessage(f"a line is no message: {_excerpt(line)}")
    return values


def _checked(kind: type, name: str, values: dict[str, Any]) -> Any:
    wanted = {field.name: str(field.type) for field in fields(kind)}
    if values.keys() != wanted.keys():
        different = ", ".join(sorted(values.keys() ^ wanted.keys()))
        raise ProtocolError(f"a {name} message has missing or unknown fields: {different}")
    for field, declared in wanted.items():
        if not _CHECKS[declared](values[field]):
            raise ProtocolError(f"in a {name} message {field} is no {declared}: {values[field]!r:.60}")
    if kind is Progress and not 0 <= values["fraction"] <= 1:
        raise ProtocolError(f"in a progress message fraction is not within 0 and 1: {values['fraction']!r:.60}")
    if kind is Error and values["kind"] not in ERROR_KINDS:
        raise ProtocolError(f"there is no kind of error {values['kind']!r:.60}")
    return kind(**values)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _finite(value: Any) -> bool:
    return _whole(value) or (isinstance(value, float) and math.isfinite(value))


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "int": _whole,
    "float": _finite,
    "str": lambda value: isinstance(value, str),
    "dict[str, Any]": lambda value: isinstance(value, dict),
}


def _name(kind: type) -> str:
    return kind.__name__.lower()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _excerpt(line: bytes) -> str:
    return repr(line[:60].decode("utf-8", "backslashreplace").strip())
