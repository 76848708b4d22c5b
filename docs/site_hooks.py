"""What the documentation site needs and MkDocs does not know: our own package's name, its pages, the start page's text.

MkDocs calls the ``on_...`` functions (``mkdocs.yml`` names this file).
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

REPOSITORY = Path(__file__).resolve().parent.parent
# Links that make the package: the repository is it, but the folder of a clone may have any name.
PACKAGE = REPOSITORY / "build" / "docs" / "likeness"
DOCUMENTED = ("anatomy", "geometry", "network", "bfm", "result", "inference", "transfer", "engine", "scene")
LINK_TO_DOCS = re.compile(r"\]\(docs/")


def on_startup(command: str, dirty: bool) -> None:
    """Lay the package under its own name, before mkdocstrings looks for it."""
    PACKAGE.mkdir(parents=True, exist_ok=True)
    for link in PACKAGE.iterdir():
        link.unlink()
    for source in (*REPOSITORY.glob("*.py"), *(REPOSITORY / name for name in DOCUMENTED)):
        (PACKAGE / source.name).symlink_to(source, target_is_directory=source.is_dir())


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put a page for each package below "Python API"."""
    api = next(entry["Python API"] for entry in config.nav if "Python API" in entry)
    api.extend({name: _page_name(name)} for name in _modules_by_package())
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each package: what its docstring says, and all its modules."""
    for package, modules in _modules_by_package().items():
        files.append(File.generated(config, _page_name(package), content=_page(package, modules)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The start page begins with what the README says before its first heading."""
    if page.file.src_uri != "README.md":
        return markdown
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    start, _, _ = readme.partition("\n## ")
    return LINK_TO_DOCS.sub("](", start) + "\n" + markdown


def _modules_by_package() -> dict[str, list[str]]:
    """Dotted name of every documented package that has modules with something public in them -> those modules."""
    found: dict[str, list[str]] = {}
    for top in DOCUMENTED:
        for path in sorted((REPOSITORY / top).rglob("*.py")):
            if path.name != "__init__.py" and _has_public_names(path):
                package = ".".join(("likeness", *path.parent.relative_to(REPOSITORY).parts))
                found.setdefault(package, []).append(f"{package}.{path.stem}")
    return found


def _has_public_names(path: Path) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_" for node in body)


def _page_name(package: str) -> str:
    return f"api/{package}.md"


def _page(package: str, modules: list[str]) -> str:
    folder = REPOSITORY.joinpath(*package.split(".")[1:])
    about = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    return "\n\n".join([f"# {package}", about, *(f"::: {module}" for module in modules)]) + "\n"
