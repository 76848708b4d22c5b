"""The command line: ``likeness PHOTO...`` and its commands: ``models``, ``finish``, ``transfer`` and ``doctor``.

Everything heavy is imported when it is needed, so that ``--help`` and a mistyped option answer at once. The exit
status is that of `console`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from ..interrupts import raised
from ..version import ID
from . import finish, models, photos, transfer
from .console import BAD_INPUT, fail, interrupted
from .streams import steady_streams

# What argparse calls the command that needs no name.
PHOTOS = "PHOTO"


def script() -> NoReturn:
    """The program ``likeness``: `main`, and then out."""
    status = main()
    blender = sys.modules.get("bpy")
    if blender is None:
        sys.exit(status)
    # Blender's module may crash while the interpreter shuts down: leave without that.
    shutil.rmtree(blender.app.tempdir, ignore_errors=True)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # closed, or none from the start
            stream.flush()
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    with steady_streams() as reason_lost:
        status = _heard(arguments)
        if reason := reason_lost():
            return fail(f"The output cannot be written: {reason}.", status or BAD_INPUT)
        return status


def _heard(arguments: Sequence[str] | None) -> int:
    try:
        with raised():
            return _run(arguments)
    except KeyboardInterrupt as interrupt:
        return interrupted(interrupt)


def _run(arguments: Sequence[str] | None) -> int:
    parser, commands = _parser()
    given = _command_first(sys.argv[1:] if arguments is None else arguments, set(commands.choices) - {PHOTOS})
    # json=False: commands set it only where it is given. argparse itself would explain an unknown option with the usage
    # of the outer parser, which shows no options.
    options, unknown = parser.parse_known_args(given, argparse.Namespace(json=False))
    if unknown:
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return options.main(options)


def _command_first(arguments: Sequence[str], names: set[str]) -> list[str]:
    """The arguments with the command's name in front, which may be given after ``--json`` or, for photos, not at all.

    argparse knows subcommands or a list of files in one place, not "a subcommand or else files". So the name of
    the command that needs none is put in here. Only the first argument but ``--json`` can name a command: whatever
    follows an option may be the option's value. A photo in a file called ``models`` is ``./models``.
    """
    place = next((place for place, argument in enumerate(arguments) if argument != "--json"), len(arguments))
    if place == len(arguments) or arguments[place] not in names:
        return [PHOTOS, *arguments]
    return [arguments[place], *arguments[:place], *arguments[place + 1 :]]


def _parser() -> tuple[argparse.ArgumentParser, argparse._SubParsersAction]:
    # Its own help and usage are never shown, because there is always a command: see `_command_first`.
    parser = argparse.ArgumentParser(ID, add_help=False)
    commands = parser.add_subparsers(required=True)
    photos.add_parser(commands, PHOTOS)
    models.add_parser(commands)
    finish.add_parser(commands)
    transfer.add_parser(commands)
    doctor = commands.add_parser("doctor", description="Print versions and try each device.")
    doctor.set_defaults(main=_doctor, parser=doctor)
    return parser, commands


def _doctor(_options: argparse.Namespace) -> int:
    from ..inference.doctor import print_report

    return print_report()
