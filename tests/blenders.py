"""Run what Blender sees of Likeness in every supported Blender, from the built zip: ``make test-blenders``.

Each Blender is a bpy wheel in an environment of its own, ``.venv-bpy-<version>``, with the libraries of
``requirements/blender-<version>.txt`` and nothing of the engine's. The exit status is 0 if all Blenders passed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PYTHON_OF = {"4.2": "3.11", "4.5": "3.11", "5.0": "3.11", "5.2": "3.13"}  # Blender -> the one Python of its wheel
SUITE = ("tests/scene", "tests/operators", "tests/panels", "tests/cli/test_blender_command.py")
SUITE += ("tests/test_extension.py", "tests/test_real_engine.py")
# The engine's side knows Python but not Blender, and `make test` covers it with this one.
ENGINE_SUITE, COVERED = "tests/engine", "3.11"
# A test that waits for ever must not hold up a machine for ever: pytest shows where it stands and ends.
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=180")
PYTEST += ("-o", "faulthandler_exit_on_timeout=true")
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")


class Unavailable(Exception):
    """This Blender cannot be had here; the text says why."""


def find_python(version: str) -> Path:
    """An interpreter of this version: from the variable PYTHON311 (say), from PATH, or one that pyenv keeps.

    Raises:
        Unavailable: there is none.
    """
    variable = "PYTHON" + version.replace(".", "")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
    check = f"import sys, venv; sys.exit(sys.version_info[:2] != ({version.replace('.', ', ')}))"
    for candidate in (*map(shutil.which, (os.environ.get(variable, ""), f"python{version}")), *kept):
        # pyenv puts commands on PATH that only say that they are not there: believe none that has not run.
        if candidate and subprocess.run([candidate, "-c", check], capture_output=True).returncode == 0:
            return Path(candidate)
    raise Unavailable(f"no Python {version}: it is not on PATH, and {variable} names none")


def environment(blender: str) -> Path:
    """The interpreter of this Blender's environment, made anew when its lists have changed.

    Raises:
        Unavailable: its Python or a wheel cannot be had.
    """
    folder = REPOSITORY / f".venv-bpy-{blender}"
    wanted = REPOSITORY / "requirements" / f"blender-{blender}.txt"
    lists = "".join(path.read_text(encoding="utf-8") for path in (wanted.with_name("blender.txt"), wanted))
    done = folder / "installed.txt"
    interpreter = folder / "bin" / "python"
    if not done.is_file() or done.read_text(encoding="utf-8") != lists:
        make = [find_python(PYTHON_OF[blender]), "-m", "venv", "--clear", folder]
        fill = [interpreter, *PIP, "install", "--no-deps", "-r", wanted]
        if subprocess.run(make).returncode != 0 or subprocess.run(fill).returncode != 0:
            raise Unavailable(f"no environment with what requirements/{wanted.name} lists")
        done.write_text(lists, encoding="utf-8")
    return interpreter


def run_suite(interpreter: Path, zip_path: Path, tests: Sequence[str]) -> tuple[bool, str]:
    """Run tests with the zip installed; returns whether all passed, and pytest's counts."""
    command = [interpreter, *PYTEST, *tests]
    variables = {**os.environ, "LIKENESS_ZIP": str(zip_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.Popen(command, cwd=REPOSITORY, env=variables, stdout=subprocess.PIPE, text=True)
    assert done.stdout is not None
    counts = "no summary; see above"
    for line in done.stdout:
        sys.stdout.write(line)
        counts = line.strip() if re.match(r"(\d+ \w+,? ?)+ in ", line) else counts
    return done.wait() == 0, counts


def main() -> int:
    """Run the Blenders asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("zip", type=Path, help="the built extension")
    parser.add_argument("--blenders", nargs="+", choices=PYTHON_OF, default=list(PYTHON_OF), metavar="VERSION")
    parser.add_argument("--may-lack", nargs="*", choices=PYTHON_OF, default=[], metavar="VERSION")
    parser.add_argument("--tests", nargs="*", default=[], help="tests to run instead of all")
    asked = parser.parse_args()
    lines, failed = [], False
    for blender in asked.blenders:
        begin = time.monotonic()
        try:
            interpreter = environment(blender)
        except Unavailable as reason:
            lines.append(f"not run: {reason}")
            failed |= blender not in asked.may_lack
            continue
        finally:
            made = time.monotonic() - begin
        print(f"\nBlender {blender}", flush=True)
        suite = SUITE if PYTHON_OF[blender] == COVERED else (*SUITE, ENGINE_SUITE)
        passed, counts = run_suite(interpreter, asked.zip.resolve(), asked.tests or suite)
        lines.append(f"{'passed ' if passed else 'FAILED '} {counts}; environment {made:.0f} s")
        failed |= not passed
    for blender, line in zip(asked.blenders, lines, strict=True):
        print(f"Blender {blender}: {line}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
