"""The structure the project promises: fences, layers, names, file sizes."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from places import ROOT

PACKAGES = ("graph", "loaders", "ontology")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_the_top_level_holds_what_was_agreed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    top = {line.split("/", 1)[0] for line in tracked if line and not line.startswith(".")}
    agreed = {"pyproject.toml", "README.md", "graph", "ontology", "loaders", "tests", "notebooks"}
    assert top - agreed <= {"LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "Dockerfile", "compose.yaml"}
    assert agreed <= top


def test_the_import_names_belong_to_us_alone() -> None:
    owners = packages_distributions()
    for name in PACKAGES:
        assert set(owners.get(name, [])) <= {"nthtier"}, f"another distribution brings a package {name!r}"


def test_no_upload_by_accident() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "Private :: Do Not Upload" in project["classifiers"]


def test_imports_point_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("module", ["pyoxigraph"])
def test_only_the_embedded_store_knows_its_engine(module: str) -> None:
    allowed = {"graph/store"}
    for path in SOURCES:
        place = path.relative_to(ROOT).as_posix()
        if any(place.startswith(prefix) for prefix in allowed):
            continue
        assert module not in _imports(path), f"{place} imports {module}"


def test_the_house_rule_of_imports() -> None:
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = [
            a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names if a.name in PACKAGES
        ]
        assert not bare, f"{path.relative_to(ROOT)}: write `from {bare[0]}.module import Name`"


def test_a_file_is_as_long_as_its_idea() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): n
        for path in SOURCES
        if (n := len(path.read_text(encoding="utf-8").split("\n"))) > 420
    }
    assert not long, f"what is the second idea in {long}?"


def test_no_vague_names() -> None:
    vague = re.compile(r"(?:^|_)(?:utils?|helpers?|manager|common|misc)(?:_|\.py$|$)")
    assert not [path for path in SOURCES if vague.search(path.name)]


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found
