"""``likeness models``: the face models at hand; adding the user's own, checking and removing them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..bfm.library.sources import DOWNLOADS
from ..errors import LikenessError
from ..progress import OnProgress
from .console import carry_out, print_json, print_line

if TYPE_CHECKING:
    from ..bfm.library.listing import Entry

COLUMNS = ("id", "name", "vertices", "keys", "commercial", "size", "added", "licence")
MORE_COLUMNS = ("id", "name", "commercial", "licence", "command", "source")
MORE = "Not in the library; these can be had (PATH: your file or folder):"
NUMBERS = {"vertices", "keys", "size"}


@dataclass(frozen=True)
class Done:
    """What has been done: lines for people, and the same for programs."""

    lines: tuple[str, ...]
    values: object
    note: str = ""  # for people alone


def main(options: argparse.Namespace) -> int:
    """Do the work that the parsed ``options`` name and return the exit status."""
    work: Callable[[argparse.Namespace, OnProgress], Done] = options.work
    return carry_out(lambda progress: work(options, progress), lambda done: _report(done, options.json), options.json)


def _report(done: Done, as_json: bool) -> None:
    if as_json:
        print_json(done.values)
        return
    if done.note:
        print_line(done.note, sys.stderr)
    for line in done.lines:
        print_line(line)


def _list(_options: argparse.Namespace, _progress: OnProgress) -> Done:
    from ..bfm.library.listing import listed, obtainable
    from ..bfm.library.store import models_folder

    entries, others = listed(), obtainable()
    lines = _table(COLUMNS, entries)
    if others:
        lines += ["", MORE, "", *_table(MORE_COLUMNS, others)]
    values = [{**asdict(entry), "installed": not entry.command} for entry in (*entries, *others)]
    return Done(tuple(lines), values, note=f"Library: {models_folder()}")


def _table(columns: Sequence[str], entries: Sequence[Entry]) -> list[str]:
    rows = [columns, *(tuple(_cell(name, entry) for name in columns) for entry in entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    return [
        "  ".join(
            cell.rjust(width) if name in NUMBERS else cell.ljust(width)
            for name, cell, width in zip(columns, row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cell(name: str, entry: Entry) -> str:
    if name == "size":
        return f"{entry.size / 1e6:.0f} MB"
    if name == "licence":
        return entry.short_licence()
    return str(getattr(entry, name) or "")


def _add(options: argparse.Namespace, progress: OnProgress) -> Done:
    from ..bfm.library.importing import older_names
    from ..inference.model_import import add

    record = add(options.path, options.full, progress)
    return _added(record.id, record.name, older_names(record))


def _get(options: argparse.Namespace, progress: OnProgress) -> Done:
    from ..bfm.library import getting
    from ..bfm.library.importing import older_names

    record = getting.get_model(options.id, progress)
    return _added(record.id, record.name, older_names(record))


def _added(model_id: str, name: str, older: list[str]) -> Done:
    lines = [f"{name} is in the library as {model_id}."]
    if older:
        lines.append(f"{', '.join(older)} keep the built-in model's named keys until they are added again.")
    return Done(tuple(lines), {"added": model_id, "name": name, "older_names": older})


def _check(options: argparse.Namespace, progress: OnProgress) -> Done:
    from ..bfm.library.listing import listed
    from ..inference.model_import import check

    ids = [options.id] if options.id else [entry.id for entry in listed()]
    faults = {}
    for number, model_id in enumerate(ids):
        progress(f"Checking {model_id}", number / len(ids))
        faults[model_id] = check(model_id)
    if broken := [sentence for sentences in faults.values() for sentence in sentences]:
        raise LikenessError(" ".join(broken))
    return Done(tuple(f"{model_id} is in order." for model_id in ids), faults)


def _remove(options: argparse.Namespace, _progress: OnProgress) -> Done:
    from ..bfm.library.store import remove

    remove(options.id)
    return Done((f"{options.id} is removed.",), {"removed": options.id})


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the parser of ``likeness models`` and of what it can do to those of the other commands."""
    common = argparse.ArgumentParser(add_help=False)
    # No default: that of a command such as `list` would overwrite a --json given before the command.
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print the outcome as JSON")
    parser = commands.add_parser(
        "models", description="The face models at hand, and bringing others.", parents=[common]
    )
    parser.set_defaults(main=main, parser=parser, work=_list)
    actions = parser.add_subparsers(title="commands", metavar="{list,add,get,check,remove}")
    _action(
        actions,
        common,
        "list",
        _list,
        "what is at hand, and what else can be had (what happens without a command)",
    )
    add = _action(actions, common, "add", _add, "bring a model or network of your own")
    add.add_argument("path", type=Path, metavar="PATH", help="its file or folder")
    add.add_argument("--full", action="store_true", help="the whole mesh and all modes of a Basel model")
    get = _action(actions, common, "get", _get, "download a model that anybody may have")
    offered = "; ".join(f"{model_id}: {source.name} ({source.licence})" for model_id, source in DOWNLOADS.items())
    get.add_argument("id", choices=tuple(DOWNLOADS), help=offered)
    check = _action(actions, common, "check", _check, "see whether models can be used")
    check.add_argument("id", nargs="?", metavar="ID", help="which one (default: all)")
    remove = _action(actions, common, "remove", _remove, "take a model out of the library")
    remove.add_argument("id", metavar="ID")


def _action(
    actions: argparse._SubParsersAction,
    common: argparse.ArgumentParser,
    name: str,
    work: Callable[[argparse.Namespace, OnProgress], Done],
    text: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", parents=[common])
    parser.set_defaults(work=work)
    return parser
