"""A crash at any moment leaves whole documents; ``make crash`` does this two hundred times."""

from __future__ import annotations

from pathlib import Path

import store_crash


def test_a_killed_writer_leaves_whole_documents_and_loses_no_acknowledged_write(tmp_path: Path) -> None:
    outcome = store_crash.run(5, tmp_path, seed=7)
    assert outcome.faults == []
    assert outcome.rounds == 5
