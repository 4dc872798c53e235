"""What is installed: the wheel's contents, and one question asked of it from outside the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from places import BACKBONE, ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_runs_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "ontology/supply.ttl",
        "ontology/shapes.ttl",
        "ontology/catalogue/organisations.csv",
        "ontology/catalogue/backbone.csv",
        "graph/queries/relations.rq",
        "graph/templates/view.html",
        "graph/static/view.js",
        "graph/py.typed",
    ):
        assert needed in names
    assert not [name for name in names if "/training/" in name or name.startswith("tests/") or name.endswith(".ipynb")]
    assert wheel.stat().st_size < 95 * 2**20


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("CI") != "true", reason="installs everything anew; runs where CI=true")
def test_a_stranger_installs_the_wheel_and_asks(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([venv / "bin" / "python", "-m", "pip", "install", "--quiet", str(wheel)], check=True, cwd=tmp_path)
    table = tmp_path / "relations.csv"
    table.write_bytes(BACKBONE.read_bytes())
    asked = subprocess.run(
        [venv / "bin" / "nthtier", "--store", "memory:", "ask", "who depends on TSMC?", str(table)],
        cwd=tmp_path, capture_output=True, text=True, check=True, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    for name in ("NVIDIA", "Apple", "AMD"):
        assert name in asked.stdout
