"""The script that the engine's interpreter runs: loads the package from wherever it lies, then works.

The folder of an extension has a name of its own, and an isolated interpreter looks neither into it nor beside it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path


def load_package(name: str, root: Path) -> None:
    """Make the folder ``root`` importable as the package ``name``, before any installed one of that name."""
    spec = importlib.util.spec_from_file_location(name, root / "__init__.py", submodule_search_locations=[str(root)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{root} is no package")
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    load_package("likeness", Path(__file__).resolve().parent.parent)
    status = importlib.import_module("likeness.engine.worker").main(sys.argv[1:])
    os._exit(status)  # the libraries' own way out, past their threads, takes long and may crash
