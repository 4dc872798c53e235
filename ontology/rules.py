"""The rules of ``names.csv``: which names are taken by their exact spelling, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ontology.names import fold, person_keys, squash
from ontology.reading import CatalogueError, Entry, rows
from ontology.spotting import Spelling

#: Kinds of products that are not counted: there is no "two N3s" and no "two Claudes".
UNCOUNTED: Final = frozenset({
    "process-node", "packaging-technology", "model", "ai-application", "cloud-service", "operating-system",
    "ip", "eda-tool",
})  # fmt: skip
RULES: Final = ("case", "alone", "not", "not-ticker", "ceo")
#: Of so many letters on, a word in capitals is no abbreviation of something else.
_TELLING: Final = 4
_WORDS: Final = re.compile(r"(?:[A-Z][a-z]+)+")
TICKER: Final = re.compile(r"\$?([A-Z][A-Z0-9.]*)")


class Rules:
    """The rules of ``names.csv``.

    ``case``: only in this spelling. ``alone``: not amid letters of its script. ``not``: a phrase that names nothing
    known, and hides what is in it. ``not-ticker``: this symbol alone is a word. ``ceo``: a person with several
    companies.
    """

    def __init__(self, path: Path, known: dict[str, Entry]) -> None:
        bearers = {
            key: entry.id for entry in known.values() for name in entry.names for key in (fold(name), squash(name))
        }
        self.no_ticker: set[str] = set()
        self.alone: set[str] = set()
        self.heads: dict[str, str] = {}
        self._by_key: dict[str, dict[str, str]] = {}
        #: The ruled names as they are found in texts.
        self.spelled: list[Spelling[Entry]] = []
        for line, row in rows(path, ("name", "id", "rule", "reason")):
            name, identity, rule = row["name"], row["id"], row["rule"]
            if rule not in RULES or not name or not row["reason"] or (identity and identity not in known):
                raise CatalogueError("a rule needs a name, a known id, a known rule and a reason", path, line)
            if rule in ("case", "not") and bearers.get(squash(name) if identity else fold(name), identity) != identity:
                continue  # a reader's own file gives the name to somebody
            if rule == "not-ticker":
                self.no_ticker.add(name)
            elif rule == "ceo":
                self.heads.update(dict.fromkeys(person_keys(name), identity))
            else:
                if rule == "alone":
                    self.alone.add(name)
                else:
                    self._by_key.setdefault(fold(name), {})[squash(name)] = identity
                entry = known.get(identity)
                self.spelled.append(
                    Spelling(
                        name,
                        entry,
                        exact=True,
                        alone=rule == "alone",
                        plural=entry is not None and countable(entry),
                        legal_form=entry is not None and not entry.is_product,
                    )
                )

    def ruled(self, name: str) -> str | None:
        """Return the id that a name stands for by its spelling, ``""`` for none; None where no rule is about it.

        A word all in capitals is a ruled word, as headlines and lists have it: INTEL is Intel, but INFO is no InFO.
        """
        ruled, written = self.spellings(fold(name)), squash(name)
        if not ruled or written in ruled:
            return ruled.get(written)
        if not (written.isupper() and written.isalpha() and len(written) >= _TELLING):
            return ""
        meant = {identity for spelling, identity in ruled.items() if _WORDS.fullmatch(spelling)}
        return meant.pop() if len(meant) == 1 else ""

    def spellings(self, key: str) -> dict[str, str]:
        """Return the squashed spellings under which a folded name is taken, each with the id it stands for."""
        return self._by_key.get(key, {})

    def symbols(self, entry: Entry) -> Iterator[str]:
        """Yield the symbols of an entry that need no exchange to be known for tickers."""
        for ticker in entry.tickers:
            symbol = ticker.rpartition(":")[2]
            if TICKER.fullmatch(symbol) and len(symbol) > 1 and symbol not in self.no_ticker:
                yield symbol


def countable(entry: Entry) -> bool:
    """Tell whether there can be several of an entry, as in "40,000 H100s"."""
    return entry.is_product and entry.kind not in UNCOUNTED
