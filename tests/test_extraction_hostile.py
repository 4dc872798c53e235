"""Hostile texts do no harm: no crash, no hang, and no claim whose words do not stand in the text.

``NTHTIER_FUZZ=10000`` reads ten thousand texts (``make fuzz``); without it the first hundred, and fewer long lines.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from hostile_texts import LONG, harmless, hostile
from loaders.extraction.embedded import Embedded
from loaders.extraction.network import MODEL
from loaders.linking import Linker
from ontology.catalogue import Catalogue
from places import ROOT

pytestmark = pytest.mark.skipif(not (MODEL / "encode.onnx").exists(), reason="no model in the tree")
TEXTS = int(os.environ.get("NTHTIER_FUZZ", "100"))


@pytest.fixture(scope="module")
def embedded() -> Embedded:
    return Embedded(Linker(Catalogue.bundled()), threads=1)


def test_hostile_texts_do_no_harm(embedded: Embedded) -> None:
    made, slowest = 0, (0.0, -1)
    for number in range(TEXTS):
        began = time.process_time()
        made += harmless(hostile(number), embedded)
        slowest = max(slowest, (time.process_time() - began, number))
    print(f"{TEXTS} texts, {made} claims, the slowest took {slowest[0]:.1f} s (number {slowest[1]})")
    assert made, "the sentences among the junk are still read"


@pytest.mark.parametrize("what", LONG if TEXTS > 100 else LONG[:3])
def test_a_line_of_a_megabyte_costs_no_more_than_its_beginning(what: str) -> None:
    """The bound: half a minute of the processor for a line of a million characters, most of which is not read."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (30, 30)); sys.path.insert(0, 'tests')\n"
        "from hostile_texts import *\n"
        f"harmless(long_line({what!r}), Embedded(Linker(Catalogue.bundled()), threads=1))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"code {done.returncode}: {done.stderr[-2000:]}"
