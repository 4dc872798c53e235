"""What tests share: the demo's data in a store, the workplace's shared folder, parts of the system that may be absent."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from graph.ingest import ingest
from graph.store import Store, open_store
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from places import BACKBONE, SHARED

# The gate is the same on every run; at the desk each run tries other examples.
settings.register_profile("gate", derandomize=True, deadline=None)
if os.environ.get("CI") == "true":
    settings.load_profile("gate")

_PARTS = {
    "chromium": ("chromium", "apt-get install chromium"),
    "virtuoso": ("virtuoso-t", "apt-get install virtuoso-opensource-7-bin"),
    "java": ("java", "apt-get install default-jre-headless"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse two tests of one id: xdist would run one of them and say nothing of the other."""
    twice = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if twice:
        raise pytest.UsageError(f"several tests have one id: {', '.join(twice[:5])}")


def system_part(name: str) -> str:
    """Return the path of a part of the system; absent, the test is left out with the way to add it (in CI it fails)."""
    command, how = _PARTS[name]
    found = shutil.which(command)
    if found is None:
        message = f"{command} is absent; add it with: {how}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The bundled catalogue."""
    return Catalogue.bundled()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The workplace's shared folder; a clean clone has none, and tests that read it are left out there."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: this test reads its data")
    return SHARED


@pytest.fixture(scope="session")
def backbone(catalogue: Catalogue) -> Iterator[Store]:
    """A store with the bundled relationships alone; do not write to it."""
    store = open_store("memory:")
    ingest(store, load(BACKBONE, Context(catalogue=catalogue)), catalogue)
    yield store
    store.close()


@pytest.fixture
def memory() -> Iterator[Store]:
    """An empty store in memory."""
    store = open_store("memory:")
    yield store
    store.close()
