"""The catalogue of known parties and products: from a name to what it names, and "did you mean".

The tables are in ``catalogue/``: ``organisations.csv`` and ``products.csv`` say what there is, ``names.csv`` says
which names are taken by their exact spelling and why. A reader's own files come on top.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process

from ontology.names import fold, initials, person_keys, squash, tidy, without_legal_form
from ontology.reading import CatalogueError, Entry, entries, merged
from ontology.rules import TICKER, Rules, countable
from ontology.spotting import Spelling, Spotter
from ontology.terms import ID, digest

__all__ = ["Catalogue", "CatalogueError", "Entry", "UnknownName"]

DATA: Final = Path(__file__).parent / "catalogue"

#: A longer text is no name.
_LONGEST: Final = 200
#: From this length on a bare ticker is found in running text; shorter ones are too often something else.
_TELLING: Final = 4
#: Legal forms that are ordinary words too: "a lam company" is none of Lam's.
_IS_WORD: Final = re.compile(r"\W*(?:company|limited|private)\W*", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"^(?:the\s+)+", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"([^()（）]+?)\s*[(（]([^()（）]+)[)）]")


class UnknownName(CatalogueError):
    """A name that the catalogue does not know; carries the entries that may be meant.

    >>> str(UnknownName("Nvdia", ("NVIDIA",)))
    "unknown name 'Nvdia'; did you mean NVIDIA?"
    """

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        self.name, self.suggestions = name, tuple(suggestions)
        shown = name if len(name) <= 80 else name[:79] + "…"
        hint = f"; did you mean {', '.join(suggestions)}?" if suggestions else ""
        super().__init__(f"unknown name {shown!r}{hint}")


class Catalogue:
    """Known parties and products by id and by name. It never changes.

    >>> catalogue = Catalogue.bundled()
    >>> catalogue.lookup("台积电").name, catalogue.lookup("NASDAQ:NVDA").name, catalogue.resolve("arm")
    ('TSMC', 'NVIDIA', None)
    """

    def __init__(self, files: Iterable[Path], rules: Path = DATA / "names.csv") -> None:
        self._entries: dict[str, Entry] = {}
        origin: dict[str, tuple[Path, int]] = {}
        for path in files:
            for line, entry in entries(path):
                try:
                    known = self._entries.get(entry.id)
                    self._entries[entry.id] = merged(known, entry) if known else entry
                except CatalogueError as error:
                    raise CatalogueError(error.reason, path, line) from None
                origin[entry.id] = path, line
        self._entries = dict(sorted(self._entries.items()))
        for entry in self:
            self._check_ties(entry, *origin[entry.id])
        self._rules = Rules(rules, self._entries)
        #: A mark of the catalogue: equal marks mean that every name is linked alike.
        self.fingerprint: Final = digest(rules.read_text(encoding="utf-8"), *map(repr, self))
        self._names: dict[str, Entry] = {}
        for entry in self:
            for name in (*entry.names, *entry.tickers):
                self._claim(fold(name), name, entry, *origin[entry.id])
        #: What several may bear, so that it stands for an entry only if one alone does.
        self._short = _index(self, lambda entry: (fold(without_legal_form(name)) for name in entry.names))
        self._symbols = _index(self, self._rules.symbols)
        self._heads = _index(self, lambda entry: person_keys(entry.ceo) if entry.ceo else ())
        self._spotter = Spotter(self._spellings())
        self._heads_spotter = Spotter(
            Spelling(name, entry, exact=True)
            for entry in self
            if entry.ceo and self.speaks_for(entry.ceo) is entry
            for name in initials(entry.ceo)
        )
        self._choices = {name: entry for entry in self for name in entry.names}

    @classmethod
    def bundled(cls, extra: Sequence[Path] = ()) -> Catalogue:
        """Return the catalogue that comes with nthtier, with more files on top; read again when a file changes.

        Raises
        ------
        CatalogueError
            A file can't be read, contradicts an earlier one, or has a name that another entry bears.
        """
        stamps = []
        for path in map(Path, extra):
            try:
                stat = path.stat()
            except OSError as error:
                raise CatalogueError(f"can't be read: {error.strerror or error}", path) from None
            stamps.append((path, stat.st_mtime_ns, stat.st_size))
        return _bundled(tuple(stamps))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, id_or_iri: str) -> Entry | None:
        """Return the entry of an id (``tsmc``) or an IRI."""
        return self._entries.get(id_or_iri.removeprefix(ID))

    def developer(self, entry: Entry) -> Entry | None:
        """Return who develops a product.

        >>> catalogue = Catalogue.bundled()
        >>> catalogue.developer(catalogue.lookup("Feynman")).name
        'NVIDIA'
        """
        return self._entries.get(entry.developer)

    def resolve(self, name: str) -> Entry | None:
        """Return what a name names, by its name, an alias or a ticker, or ``None``.

        Hyphen styles, blanks, ®, possessives, plurals and legal forms make no difference; nor does case, unless the
        name is an ordinary word too.

        >>> catalogue = Catalogue.bundled()
        >>> [catalogue.resolve(name).id for name in ("sk-hynix®'s", "Tesla, Inc.", "H100s", "Sunrise (曦望)")]
        ['sk-hynix', 'tesla', 'nvidia-h100', 'sunrise-chip']
        """
        text = tidy(name[:_LONGEST])
        if not text or len(name) >= _LONGEST:
            return None
        if (found := self._exactly(text)) is not None:
            return found
        if self._rules.ruled(text) is not None:
            return None
        if (match := TICKER.fullmatch(text)) and (found := _alone(self._symbols.get(match[1]))):
            return found
        if (shorter := without_legal_form(text)) != text:
            if _IS_WORD.fullmatch(text[len(shorter) :]) and self._rules.ruled(shorter) == "":
                return None
            found = self._names.get(fold(shorter))
            return found if found and not found.is_product else None
        if (found := _alone(self._short.get(fold(text)))) is not None:
            return found
        if text.endswith("s") and (found := self._exactly(text[:-1])) and countable(found):
            return found
        if match := _IN_BRACKETS.fullmatch(text):
            outside, inside = self.resolve(match[1]), self.resolve(match[2])
            return outside if inside is None or inside is outside else None
        bare = _ARTICLE.sub("", text)
        return self.resolve(bare) if bare != text else None

    def rules_out(self, name: str) -> bool:
        """Tell whether a name is known to name nothing in the catalogue, whatever a part of it names.

        >>> Catalogue.bundled().rules_out("Windows Server"), Catalogue.bundled().rules_out("Jurong Logic")
        (True, False)
        """
        return self._rules.ruled(name) == ""

    def lookup(self, name: str) -> Entry:
        """Return what a name, id or IRI stands for.

        Raises
        ------
        UnknownName
            No entry bears the name; the error carries what may be meant.
        """
        found = self.resolve(name) or self.entry(name.strip())
        if found is None:
            raise UnknownName(name, tuple(entry.name for entry in self.suggest(name, 3)))
        return found

    def suggest(self, name: str, limit: int = 5) -> tuple[Entry, ...]:
        """Return the entries that a name may mean, the likeliest first.

        A known name stands before others that hold it as a word, and look-alikes are left out: Groq is never Grok.

        >>> catalogue = Catalogue.bundled()
        >>> [entry.name for entry in catalogue.suggest("Nvdia", 1) + catalogue.suggest("Groq", 2)]
        ['NVIDIA', 'Groq', 'Groq 3 LPU']
        """
        text = tidy(name[:_LONGEST])
        head = self.resolve(text) or self.speaks_for(text) or self._but_for_case(text)
        scores: dict[str, float] = {} if head is None else {head.id: 101.0}
        folded = text.casefold()
        if len(fold(text)) < 2:
            return (head,)[:limit] if head else ()
        word = re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)" if head else rf"(?<!\w){re.escape(folded)}")
        for choice, entry in self._choices.items():
            if word.search(choice.casefold()):
                scores[entry.id] = max(scores.get(entry.id, 0.0), 90.0 + fuzz.ratio(folded, choice.casefold()) / 10)
        if head is None:
            near = process.extract(
                folded, list(self._choices), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=70, limit=limit * 6
            )
            for choice, score, _ in near:
                identity = self._choices[choice].id
                scores[identity] = max(scores.get(identity, 0.0), score)
        best = sorted(scores, key=lambda identity: (-scores[identity], identity))
        return tuple(self._entries[identity] for identity in best[:limit])

    def spans(self, text: str) -> tuple[tuple[int, int, Entry], ...]:
        """Return ``(start, end, entry)`` for each known name in a text, longest first where two overlap.

        >>> text = "NVIDIA's Vera Rubin, not Rubin, needs HBM4."
        >>> [(text[a:b], entry.id) for a, b, entry in Catalogue.bundled().spans(text)]
        [('NVIDIA', 'nvidia'), ('Vera Rubin', 'nvidia-vera-rubin'), ('Rubin', 'nvidia-rubin'), ('HBM4', 'hbm4')]
        """
        return self._spotter.find(text)

    def speaks_for(self, person: str) -> Entry | None:
        """Return the company that a person leads; of several the one that ``names.csv`` gives, which may be none.

        >>> catalogue = Catalogue.bundled()
        >>> catalogue.speaks_for("Masayoshi Son").name, catalogue.speaks_for("Elon Musk")
        ('SoftBank', None)
        """
        for key in person_keys(person):
            if heads := self._heads.get(key):
                return _alone(heads) or self._entries.get(self._rules.heads.get(key, ""))
        return None

    def leader_spans(self, text: str) -> tuple[tuple[int, int, Entry], ...]:
        """Return ``(start, end, company)`` for each person in a text who leads one known company."""
        return self._heads_spotter.find(text)

    def _exactly(self, text: str) -> Entry | None:
        ruled = self._rules.ruled(text)
        return self._names.get(fold(text)) if ruled is None else self._entries.get(ruled)

    def _but_for_case(self, text: str) -> Entry | None:
        return next(filter(None, map(self._entries.get, self._rules.spellings(fold(text)).values())), None)

    def _check_ties(self, entry: Entry, path: Path, line: int) -> None:
        for what, other in (("parent", entry.parent), ("developer", entry.developer)):
            if other and (other not in self._entries or self._entries[other].is_product):
                raise CatalogueError(f"{what} {other!r} is the id of no party", path, line)
        seen, above = {entry.id}, entry.parent
        while above:
            if above in seen:
                raise CatalogueError(f"{entry.id!r} is its own parent", path, line)
            seen.add(above)
            above = self._entries[above].parent if above in self._entries else ""

    def _claim(self, key: str, name: str, entry: Entry, path: Path, line: int) -> None:
        if not key:
            raise CatalogueError(f"the name {name!r} has no letter or digit", path, line)
        owner = self._names.setdefault(key, entry)
        if owner is not entry and squash(name) not in self._rules.spellings(key):
            raise CatalogueError(f"{name!r} names {owner.id!r} already; it can't name {entry.id!r} too", path, line)

    def _spellings(self) -> Iterator[Spelling[Entry]]:
        yield from self._rules.spelled
        for entry in self:
            for name in entry.names:
                key = fold(name)
                if name not in self._rules.alone and squash(name) not in self._rules.spellings(key):
                    yield Spelling(
                        name,
                        entry,
                        exact=len(key) <= 3 or (len(key) <= 5 and key.isalnum() and not key.isalpha()),
                        plural=countable(entry),
                        legal_form=not entry.is_product,
                    )
            for ticker in entry.tickers:
                exchange, _, symbol = ticker.partition(":")
                for form in (ticker, f"{exchange}: {symbol}"):
                    yield Spelling(form, entry, exact=True)
                alone = _alone(self._symbols.get(symbol)) is entry and fold(symbol) not in self._names
                if alone and len(symbol) >= _TELLING:
                    yield Spelling(symbol, entry, exact=True)


@lru_cache(maxsize=8)
def _bundled(stamps: tuple[tuple[Path, int, int], ...]) -> Catalogue:
    return Catalogue([DATA / "organisations.csv", DATA / "products.csv", *(path for path, _, _ in stamps)])


def _index(catalogue: Iterable[Entry], keys: Callable[[Entry], Iterable[str]]) -> dict[str, list[Entry]]:
    index: dict[str, list[Entry]] = {}
    for entry in catalogue:
        for key in dict.fromkeys(keys(entry)):
            index.setdefault(key, []).append(entry)
    return index


def _alone(entries_: Sequence[Entry] | None) -> Entry | None:
    return entries_[0] if entries_ and len(entries_) == 1 else None
