"""Messages come back as they were sent, and nothing else is taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from likeness.engine.protocol import (
    FROM_BLENDER,
    FROM_ENGINE,
    MAX_LINE_BYTES,
    PROTOCOL,
    Alive,
    Cancel,
    Error,
    Hello,
    Message,
    NotAMessage,
    Progress,
    ProtocolError,
    Result,
    Run,
    decode,
    encode,
)

MESSAGES = (
    Hello(PROTOCOL, "0.1.0", "3.11.7", "2.13.0+cpu", "cpu", "Using the CPU, because cuda does not work here (no)."),
    Progress(3, "fit", 0.25),
    Progress(3, "fit", 1),
    Result(3, {"folder": "/tmp/Jürgen 张", "timings": {"fit": 0.5}, "faces": [[1, 2.5], None, True]}),
    Error(3, "input", "No face\nwas found."),
    Alive(),
    Run(4, "reconstruct", {"photo": "a \udcff byte that is no UTF-8"}),
    Cancel(4),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_there_and_back(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line, FROM_ENGINE + FROM_BLENDER) == message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), "x" * MAX_LINE_BYTES])
def test_what_cannot_be_sent(value: Any) -> None:
    with pytest.raises(ProtocolError, match="a result message"):
        encode(Result(1, {"value": value}))


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"Loading weights...", b"\xff\xfe\x00", b"[1, 2]", b'"hello"', b"null", b"{}", b'{"type": 3}'),
        *(b'{"type":"alive"', b'{"type":"alive"} {}', b"[" * 50_000, b'{"type":"progress","job":1,"fraction":NaN}'),
    ],
)
def test_what_is_no_message_at_all(line: bytes) -> None:
    with pytest.raises(NotAMessage) as told:
        decode(line, FROM_ENGINE)
    assert len(str(told.value)) < 300
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"type": "dance"}, "there is no message 'dance'"),
        ({"type": "cancel", "job": 1}, "there is no message 'cancel'"),
        ({"type": "alive", "note": ""}, "unknown fields: note"),
        ({"type": "progress", "job": 1, "fraction": 0.5}, "unknown fields: stage"),
        ({"type": "progress", "job": "1", "stage": "", "fraction": 0}, "job is no int: '1'"),
        ({"type": "progress", "job": True, "stage": "", "fraction": 0}, "job is no int: True"),
        ({"type": "progress", "job": 1.0, "stage": "", "fraction": 0}, "job is no int: 1.0"),
        ({"type": "progress", "job": 1, "stage": None, "fraction": 0}, "stage is no str: None"),
        ({"type": "progress", "job": 1, "stage": "", "fraction": "0.5"}, "fraction is no float: '0.5'"),
        ({"type": "progress", "job": 1, "stage": "", "fraction": -0.1}, "fraction is not within 0 and 1: -0.1"),
        ({"type": "progress", "job": 1, "stage": "", "fraction": 10**400}, "fraction is not within 0 and 1"),
        ({"type": "result", "job": 1, "values": [1]}, "values is no dict"),
        ({"type": "error", "job": 1, "kind": "odd", "message": ""}, "there is no kind of error 'odd'"),
        ({"type": "hello", "protocol": PROTOCOL}, "unknown fields: device, note, python, torch, version"),
        ({"type": "hello", "protocol": "1"}, "unknown fields: device"),
    ],
)
def test_what_is_no_valid_message(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ProtocolError) as told:
        decode(json.dumps(values).encode(), FROM_ENGINE)
    assert words in str(told.value)
    assert not isinstance(told.value, NotAMessage)
    assert len(str(told.value)) < 300


def test_a_hello_of_another_version_tells_its_number_whatever_else_it_says() -> None:
    line = json.dumps({"type": "hello", "protocol": PROTOCOL + 1, "novelty": [1]}).encode()
    assert decode(line, FROM_ENGINE).protocol == PROTOCOL + 1


def test_an_infinite_number_in_disguise() -> None:
    with pytest.raises(ProtocolError, match="fraction is no float"):
        decode(b'{"type":"progress","job":1,"stage":"","fraction":1e999}', FROM_ENGINE)
