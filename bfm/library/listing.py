"""The list of what is at hand, the built-in model first, and of what else can be had."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ..model_ids import BUILTIN
from .licences import commercial_use
from .registry import available_models, load_model, model_file
from .sources import SOURCES
from .store import RECORD_FILE, Record, installed, models_folder

LICENCE_LETTERS = 60  # of a licence where there is but a line for it


@dataclass(frozen=True)
class Entry:
    """One line of the list."""

    id: str
    name: str
    kind: str  # "model" or "network"
    vertices: int
    keys: int  # expressions
    licence: str
    commercial: str  # whether what is made with it may be sold: "yes", "no", or to read the licence
    size: int  # bytes on the disk; of what can be had, of its download, 0 if that is the user's
    added: str  # date; "" for what came with Likeness
    source: str
    command: str = ""  # what brings it into the library; "" for what is at hand

    def short_licence(self) -> str:
        """The licence in one line, cut off where it is long."""
        text = " ".join(self.licence.split())
        return text if len(text) <= LICENCE_LETTERS else text[: LICENCE_LETTERS - 3].rstrip() + "..."


def listed() -> list[Entry]:
    """Everything at hand, the built-in model first."""
    model = load_model(BUILTIN)
    builtin = Entry(
        id=BUILTIN,
        name=available_models()[BUILTIN],
        kind="model",
        vertices=len(model.mean),
        keys=len(model.expression_names),
        licence=model.licence,
        commercial=commercial_use(BUILTIN),
        size=model_file(BUILTIN).stat().st_size,
        added="",
        source=model.source,
    )
    return [builtin, *(entry_of(record) for record in installed().values())]


def obtainable() -> list[Entry]:
    """What is not in the library and can be had."""
    there = installed()
    return [
        Entry(
            id=source.id,
            name=source.name,
            kind=source.kind,
            vertices=0,
            keys=0,
            licence=source.licence,
            commercial=commercial_use(source.id),
            size=source.download.size if source.download else 0,
            added="",
            source=f"https://{source.page}",
            command=source.command,
        )
        for source in SOURCES
        if source.id not in there
    ]


def entry_of(record: Record) -> Entry:
    """The line of something in the library."""
    folder = models_folder() / record.id
    return Entry(
        id=record.id,
        name=record.name,
        kind=record.kind,
        vertices=record.vertices,
        keys=record.expressions,
        licence=record.licence,
        commercial=commercial_use(record.id),
        size=_size(folder),
        added=_date(folder / RECORD_FILE),
        source=record.source,
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _date(path: Path) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(path.stat().st_mtime))
