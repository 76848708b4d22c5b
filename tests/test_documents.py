"""Documents that no program of ours reads: forms and workflows are valid, and paths that texts name exist."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parent.parent
GITHUB = REPOSITORY / ".github"
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
ROOT_TEXTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md")
TEXTS = sorted([*(REPOSITORY / name for name in ROOT_TEXTS), *(REPOSITORY / "docs").rglob("*.md")])
PACKAGES = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
FOLDERS = PACKAGES | {"docs", "tests", "requirements", ".ci", ".github"}
NAMED = re.compile(rf"`((?:{'|'.join(sorted(map(re.escape, FOLDERS)))})/[\w./-]*)`")
TABLE_ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| `(likeness[\w.]*)` \|", flags=re.MULTILINE)
CFF_KEYS = {
    *("abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords"),
    *("license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact"),
    *("repository-code", "title", "type", "url", "version"),
}  # of version 1.2.0


def _loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_forms_are_what_github_asks_for(path: Path) -> None:
    """GitHub shows no form that lacks a name, description or body, or whose fields lack a label or their own id."""
    form = _loaded(path)
    assert (
        {"name", "description", "body"} <= set(form) <= {"name", "description", "title", "labels", "assignees", "body"}
    )
    fields = [element for element in form["body"] if element["type"] != "markdown"]
    assert {element["type"] for element in fields} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert fields
    assert all(element["attributes"]["label"] for element in fields)
    assert all(element["attributes"]["value"] for element in form["body"] if element["type"] == "markdown")
    assert all(element["attributes"]["options"] for element in fields if element["type"] == "dropdown")
    assert len({element["id"] for element in fields}) == len(fields)


def test_there_are_forms_for_bugs_faces_and_ideas() -> None:
    assert [path.stem for path in FORMS] == ["bug", "face", "feature"]
    assert _loaded(GITHUB / "ISSUE_TEMPLATE" / "config.yml") == {"blank_issues_enabled": False}


def test_the_workflow_runs_what_a_developer_runs() -> None:
    workflow = _loaded(GITHUB / "workflows" / "ci.yml")
    (job,) = workflow["jobs"].values()
    assert job["runs-on"].startswith("ubuntu")
    assert job["steps"][-1] == {"run": "bash .ci/run"}
    (pythons,) = [step["with"]["python-version"] for step in job["steps"] if "setup-python" in step.get("uses", "")]
    assert set(pythons.split()) == {"3.11", "3.13"}  # the second for Blender 5.2
    assert True in workflow  # the key `on`, as YAML 1.1 reads it


def test_hooks_are_pinned_and_named() -> None:
    repositories = _loaded(REPOSITORY / ".pre-commit-config.yaml")["repos"]
    for repository in repositories:
        assert repository["repo"] == "local" or re.fullmatch(r"v\d+\.\d+\.\d+", repository["rev"])
        assert all(hook["id"] for hook in repository["hooks"])


def test_the_citation_is_cff_without_a_second_home_of_the_version() -> None:
    citation = _loaded(REPOSITORY / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation) <= CFF_KEYS
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert all(isinstance(citation[key], str) for key in ("message", "title", "abstract", "license"))
    assert all({"name"} <= set(author) or {"family-names"} <= set(author) for author in citation["authors"])
    assert isinstance(citation.get("date-released", date.min), date)
    assert "version" not in citation  # it stands in blender_manifest.toml


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_paths_that_texts_name_exist(path: Path) -> None:
    missing = {name for name in NAMED.findall(path.read_text(encoding="utf-8")) if not (REPOSITORY / name).exists()}
    assert not missing


@pytest.mark.parametrize("name", ROOT_TEXTS)
def test_links_of_the_texts_outside_the_site_lead_somewhere(name: str) -> None:
    """`make docs` looks at those within."""
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if not link.startswith(("http", "mailto"))]
    assert not [link for link in links if not ((REPOSITORY / name).parent / link).exists()]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_modules_and_names_that_texts_name_exist(path: Path) -> None:
    """Dotted names under ``likeness``, and what a text imports from there or a table says is in there."""
    text = path.read_text(encoding="utf-8")
    modules = {name.rstrip(".") for name in re.findall(r"\b(?:python -m |from |import |`)(likeness(?:\.\w+)*)", text)}
    imported = re.findall(r"^from (likeness[\w.]*) import ([\w, ]+)$", text, flags=re.MULTILINE)
    imported += [(home, ", ".join(re.findall(r"`(\w+)`", names))) for names, home in TABLE_ROW.findall(text)]
    names = {f"{home}.{name.strip()}" for home, listed in imported for name in listed.split(",") if name.strip()}
    assert not {name for name in modules | names if not _exists(name)}


def _exists(dotted: str) -> bool:
    """A module, or what a module says it defines: found in the source, for not all of it can be loaded everywhere."""
    parts = dotted.split(".")[1:]
    for length in range(len(parts), -1, -1):
        place = REPOSITORY.joinpath(*parts[:length])
        source = place.with_suffix(".py") if length and place.with_suffix(".py").is_file() else place / "__init__.py"
        if source.is_file():
            rest = parts[length:]
            defined = rf"^(?:def|class) {rest[0]}\b|^{rest[0]}\b.* =|^    \"{rest[0]}\"," if rest else ""
            return bool(re.search(defined, source.read_text(encoding="utf-8"), flags=re.MULTILINE))
    return False


def test_a_name_that_is_nowhere_is_told() -> None:
    assert _exists("likeness.result.folder.read_reconstruction")
    assert _exists("likeness.reconstruct")
    assert not _exists("likeness.result.reconstruction.read_reconstruction")
    assert not _exists("likeness.console")


def test_papers_of_several_authors_that_the_code_cites_are_in_the_bibliography() -> None:
    """Citations are "Name et al." or "Name and Name", with a year behind; the first name and the file must be there."""
    bibliography = (REPOSITORY / "docs" / "bibliography.md").read_text(encoding="utf-8")
    plain = bibliography.replace("ü", "ue").replace("ñ", "n")
    cited = re.compile(r"\b([A-Z][a-z]+(?:-[A-Z][a-z]+)?) (?:et al\.|and [A-Z][a-z]+)[^.;\n]{0,20}?(?:19|20)\d\d\b")
    found = {
        (name, source.relative_to(REPOSITORY).as_posix())
        for package in PACKAGES - {"tests", "build", "dist", "out"}
        for source in (REPOSITORY / package).rglob("*.py")
        for name in cited.findall(re.sub(r"\s+", " ", source.read_text(encoding="utf-8")))
    }
    assert len(found) > 20
    assert not {(name, source) for name, source in found if name not in plain or f"`{source}`" not in bibliography}
