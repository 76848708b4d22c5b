"""Who may import whom: the dependency arrows of docs/architecture.md, read from the source with `ast`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
NOT_PACKAGES = {"tests", "docs", "examples", "build", "dist", "out", "requirements"}
ONLY_IN_THE_CHECKOUT = {"training", "benchmarks"}  # what an installed Likeness leaves out

# A package or module, and what else of the project it may import; the longest matching name rules. Everyone may import
# the own package and FOR_ALL. A module that stands here by itself may not import its own package.
FLOOR = {"anatomy", "geometry"}  # what everyone may stand on
ALLOWED: dict[str, set[str]] = {
    "": {"registration"},
    "registration": {"operators", "panels", "scene", "cli.blender_command"},
    "anatomy": set(),
    "geometry": set(),
    "network": set(),
    "bfm": FLOOR,
    "result": FLOOR,
    "result.reconstruction": FLOOR
    | {"result.colouring", "result.wrinkles", "result.folder"},  # the latter by its `save` alone, which is made of it
    "result.face_file": FLOOR
    | {"result.colouring", "result.wrinkles", "result.reconstruction", "result.json_schema", "result.file_names"},
    "result.folder": FLOOR
    | {"result.reconstruction", "result.face_file", "result.file_names", "result.fresh_result"}
    | {"result.image_files"},  # by its writer alone: see IN_BLENDER
    "inference": FLOOR | {"bfm", "result"},
    "transfer": FLOOR | {"bfm", "result", "inference"},
    "engine": set(),
    "engine.worker": {"engine.protocol", "engine.actions"},
    "engine.actions": {"engine.protocol", "engine.model_actions", "inference", "result", "bfm"},
    "engine.model_actions": {"inference", "bfm"},
    "training": FLOOR | {"bfm", "inference", "result"},
    "benchmarks": FLOOR | {"bfm", "inference", "result"},
    "scene": FLOOR | {"result"},
    "operators": FLOOR
    | {"scene", "engine", "result", "bfm.library.registry", "bfm.library.store"}
    | {"bfm.library.listing", "bfm.library.networks", "bfm.library.sources", "bfm.model_ids"},
    "panels": FLOOR | {"scene", "operators", "bfm.library.sources"},
    "cli": FLOOR | {"bfm", "result", "inference", "transfer", "scene"},
    "cli.blender_command": {"cli.console", "cli.places", "cli.streams"}
    | {"operators", "scene", "engine", "result", "bfm.library.registry", "bfm.model_ids"},
    "__main__": {"cli"},
}
FOR_ALL = {"errors", "interrupts", "libraries", "locking", "network", "progress", "replacing", "version"}
WITHOUT_BPY = (
    "anatomy",
    "geometry",
    "network",
    "bfm",
    "result",
    "inference",
    "transfer",
    "engine",
    "training",
    "benchmarks",
)
BLENDER = {"bpy", "mathutils", "bmesh", "bpy_extras", "gpu"}
# What Blender loads: these, and all that loading them loads, do with Blender's own Python.
IN_BLENDER = (
    *("registration", "operators", "panels", "scene", "cli.blender_command", "anatomy"),
    *("engine.client", "engine.installing.installation", "result.folder", "result.mouth_lining", "result.scalp"),
    *("bfm.library.registry", "bfm.library.store", "bfm.library.listing", "bfm.library.sources"),
)
AT_WORK = ("engine.actions", "engine.model_actions")  # what the engine's own Python loads
HEAVY = {"torch", "cv2", "mediapipe", "scipy", "h5py", "PIL", "OpenEXR", "dlib", "skimage", "matplotlib"}
WITH_SCIPY = ("bfm.formats", "bfm.transfer")


class Imports(NamedTuple):
    """Modules of the project, and top-level names of other libraries."""

    inside: frozenset[str]
    outside: frozenset[str]


def _sources() -> dict[str, Path]:
    """Module name below ``likeness`` ("" is the root package) -> file."""
    sources = {}
    for path in REPOSITORY.rglob("*.py"):
        parts = path.relative_to(REPOSITORY).with_suffix("").parts
        if parts[0] not in NOT_PACKAGES and not any(part.startswith(".") for part in parts):
            sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return sources


SOURCES = _sources()


def _nodes(tree: ast.AST, inside_functions: bool) -> Iterator[ast.AST]:
    """Nodes that run: not those for type checking alone, and those in functions only where asked for."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not inside_functions:
            continue
        yield child
        yield from _nodes(child, inside_functions)


def _imports_of(source: str, package: str, inside_functions: bool) -> Imports:
    inside, outside = set[str](), set[str]()
    for node in _nodes(ast.parse(source), inside_functions):
        if isinstance(node, ast.Import):
            outside |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            parts = package.split(".") if package else []
            above = parts[: len(parts) - node.level + 1] + (node.module.split(".") if node.module else [])
            names = [".".join([*above, alias.name]) for alias in node.names]
            # ``from .a import b`` means the module a.b if there is one, else something in a.
            inside |= {name if name in SOURCES else ".".join(above) for name in names}
        elif isinstance(node, ast.ImportFrom):
            outside.add((node.module or "").partition(".")[0])
    return Imports(frozenset(inside), frozenset(outside))


@cache
def _imports(module: str, inside_functions: bool = True) -> Imports:
    path = SOURCES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return _imports_of(path.read_text(encoding="utf-8"), package, inside_functions)


def _under(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def _forbidden(module: str, inside: frozenset[str]) -> set[str]:
    """What of ``inside`` a module may not import."""
    rule = max((rule for rule in ALLOWED if rule and _under(module, rule)), key=len, default="")
    own = set() if rule == module and "." in rule else {rule.partition(".")[0]}
    allowed = (own | ALLOWED[rule] | FOR_ALL) - {""}
    return {name for name in inside if not _under(name, *allowed)}


def _loaded_with(module: str) -> set[str]:
    """All modules of the project that loading one loads, with the packages above them."""
    loaded, waiting = set[str](), {module}
    while waiting:
        name = waiting.pop()
        if name in SOURCES and name not in loaded:
            loaded.add(name)
            waiting |= {*_imports(name, inside_functions=False).inside, name.rpartition(".")[0]}
    return loaded


def test_imports_follow_the_arrows() -> None:
    wrong = {module: _forbidden(module, _imports(module).inside) for module in SOURCES}
    assert not {module: names for module, names in wrong.items() if names}


def test_rooms_import_each_other_in_no_circle() -> None:
    """A room is a package; where it has rooms inside, each module beside them counts for itself."""
    above: dict[str, set[str]] = {}
    for module in SOURCES:
        above.setdefault(_room(module), set()).update(_room(name) for name in _imports(module).inside)
    for room, others in above.items():
        others.discard(room)
    list(TopologicalSorter(above).static_order())  # raises CycleError, which names the circle


def _room(module: str) -> str:
    package = module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]
    has_rooms = any(name.startswith(f"{package}.") and path.name == "__init__.py" for name, path in SOURCES.items())
    return module if has_rooms or not package else package


def test_every_module_stands_under_a_rule() -> None:
    assert not {m for m in SOURCES if m not in FOR_ALL and not _under(m, *ALLOWED)}


def test_no_blender_below_the_scene() -> None:
    assert not {m: found for m in SOURCES if _under(m, *WITHOUT_BPY) and (found := _imports(m).outside & BLENDER)}


def test_face_models_need_numpy_only() -> None:
    wrong = {}
    for module in SOURCES:
        if _under(module, "bfm"):
            allowed = {"scipy"} if _under(module, *WITH_SCIPY) else set[str]()
            allowed |= {"h5py"} if _under(module, "bfm.formats.basel") else set()
            wrong[module] = _imports(module).outside & HEAVY - allowed
    assert not {module: names for module, names in wrong.items() if names}


def test_blender_loads_nothing_heavy() -> None:
    loaded = {name for module in SOURCES if _under(module, *IN_BLENDER) for name in _loaded_with(module)}
    assert loaded
    assert not {m: found for m in loaded if (found := _imports(m, inside_functions=False).outside & HEAVY)}


def test_engine_and_network_are_the_standard_library_but_for_the_actions() -> None:
    modules = [module for module in SOURCES if _under(module, "engine", "network") and not _under(module, *AT_WORK)]
    assert not {m: found for m in modules if (found := _imports(m).outside - sys.stdlib_module_names)}


def test_one_module_knows_mediapipe() -> None:
    assert [m for m in SOURCES if "mediapipe" in _imports(m).outside] == ["inference.detectors.mediapipe_models"]


def test_package_files_are_a_docstring_only() -> None:
    for module, path in SOURCES.items():
        if module and path.name == "__init__.py":
            statements = ast.parse(path.read_text(encoding="utf-8")).body
            rest = [s for s in statements if not isinstance(s, ast.Expr) and "__future__" not in ast.unparse(s)]
            assert not rest, module


def test_imports_of_the_project_are_relative() -> None:
    assert not {module for module in SOURCES if "likeness" in _imports(module).outside}


def test_the_rules_bite() -> None:
    """A wrong arrow is found: upwards, sideways, inside a function; and typing alone is none."""
    upwards = _imports_of("def f():\n    from ..scene import state", "inference", inside_functions=True)
    assert _forbidden("inference.pipeline", upwards.inside) == {"scene.state"}
    sideways = frozenset({"inference.camera", "result.reconstruction"})
    assert _forbidden("scene.building.build", sideways) == {"inference.camera"}
    assert _forbidden("result.reconstruction", frozenset({"result.mouth_lining"})) == {"result.mouth_lining"}
    typing = _imports_of("if TYPE_CHECKING:\n    import torch\nimport bpy", "scene", inside_functions=True)
    assert typing.outside == {"bpy"}
    assert "bpy" in _imports("cli.outcome").outside
    assert "bpy" not in _imports("cli.outcome", inside_functions=False).outside
    assert "inference.rendering.rasterizer" in _loaded_with("training.synthesis.shading")


def test_packages_in_the_metadata_are_those_in_the_tree() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    listed = set(re.findall(r'^  "(likeness[\w.]*)",$', text, flags=re.MULTILINE))
    packages = {name for name, path in SOURCES.items() if path.name == "__init__.py"}
    shipped = {name for name in packages if not _under(name, *ONLY_IN_THE_CHECKOUT)}
    assert listed == {f"likeness.{name}".rstrip(".") for name in shipped}


def test_import_without_blender_and_libraries() -> None:
    code = (
        "import sys\n"
        f"for name in {sorted(HEAVY | BLENDER | {'numpy'})!r}: sys.modules[name] = None\n"
        "import likeness, likeness.cli.main, likeness.errors\n"
        "assert callable(likeness.register)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY.parent, timeout=60)
