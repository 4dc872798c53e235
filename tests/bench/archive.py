"""Generated digest days of any number: two parts, restarting marks, a footer; the same for the same number."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

MAKERS = (
    "TSMC",
    "SK hynix",
    "Micron",
    "Samsung Electronics",
    "ASML",
    "Amkor",
    "Intel",
    "Broadcom",
    "Foxconn",
    "Quanta",
)
BUYERS = ("Nvidia", "AMD", "Apple", "Microsoft", "Google", "Meta", "Amazon", "OpenAI", "Anthropic", "Qualcomm", "Tesla")
ITEMS = ("HBM4", "N3 wafers", "CoWoS", "LPDDR5X", "servers", "substrates", "DDR5", "NAND")
FILLER = (
    "Analysts expect the year to be long.", "Shares moved little in early trading.", "A spokesman declined to comment.",
    "The market for memory stays tight, several people said.", "Demand for accelerators is growing.",
)  # fmt: skip


def digest(number: int) -> str:
    """One day's digest of some twenty sentences."""
    chance = random.Random(number)
    day = date(2016, 1, 1) + timedelta(days=number)
    said = f"{day:%B} {day.day}, {day.year}"
    lines = [f"{said}, was dominated by supply."]
    for part in (1, 2):
        if part == 2:
            lines.append(f"The AI industry on {said}, was marked by caution [1].")
        for paragraph in range(3):
            sentences = []
            for mark in range(3):
                maker, buyer, item = chance.choice(MAKERS), chance.choice(BUYERS), chance.choice(ITEMS)
                sentences.append(f"{maker} supplies {item} to {buyer} [{paragraph * 3 + mark + 1}].")
                sentences.append(chance.choice(FILLER))
            lines.append(" ".join(sentences))
    return "\n".join([*lines, f"Generated on: {day.isoformat()} 08:00:00", ""])


def write(folder: Path, days: int, start: int = 0) -> Path:
    """Write digests into a folder, a thousand to a folder below it."""
    for number in range(start, start + days):
        place = folder / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"digest-{number:07}.txt").write_text(digest(number), encoding="utf-8")
    return folder
