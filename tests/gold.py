"""The gold claims of the real digest as events: one name where several are accepted, placed in their part of the text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from loaders.digest import parse


def digest_gold(shared: Path, folder: Path) -> Path:
    """Write the gold claims of 2026-01-28 as a file of events; return its path."""
    sentences = parse((shared / "digests" / "2026-01-28.txt").read_text(encoding="utf-8"), "2026-01-28").sentences
    rows = []
    for line in (shared / "extraction" / "gold" / "2026-01-28.jsonl").read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = {
            name: value[0] if isinstance(value, list) and name not in ("citations", "share", "change") else value
            for name, value in json.loads(line).items()
            if name != "optional"
        }
        place = next(each for each in sentences if row["sentence"].endswith(each.text))
        rows.append(json.dumps({**row, "part": place.part, "start": place.start, "end": place.end}, ensure_ascii=False))
    path = folder / "2026-01-28.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path
