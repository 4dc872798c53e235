"""Every day: folders and feeds looked at again and again, what is new or changed put into the store.

A run is safe to stop anywhere: a batch goes into the store in one step, and only then is it noted in the state file, which
is replaced in one step too. What was written but not noted is recognised by its mark and not read again. A file or entry that
changed takes the place of what it said before, in the same step; what disappears from a folder or feed stays in the store.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from graph.errors import StoreError
from graph.fetch import Fetched, FetchError, Limits, fetch
from graph.ingest import ingest
from graph.loading import Reading, check, fault, find_files, of_the_documents, outcomes
from graph.models import Answer
from graph.queries import query, rows
from graph.store import Store
from loaders.claim import Loaded
from loaders.errors import LoaderError
from loaders.registry import Context, loaders, mapping_beside, read
from loaders.source import Source, decoded, well_formed
from ontology.catalogue import Catalogue
from ontology.terms import slug

_BATCH = 200
_FORM = 1


class Looked(Answer):
    """What a look at one folder or feed found."""

    target: str = Field(examples=["https://example.org/feed.xml"])
    documents: int = Field(description="New or changed documents that were stored.")
    claims: int
    replaced: int = Field(description="Earlier states of documents that were taken out.")
    unchanged: int = Field(description="Files or entries that are what they were.")
    faults: tuple[str, ...] = Field(description="What was refused and why; nothing of it was stored.")


class Run(Answer):
    """One look at all folders and feeds."""

    looked: tuple[Looked, ...]
    notices: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """All that was refused."""
        return tuple(fault for each in self.looked for fault in each.faults)


@dataclass
class State:
    """What was seen of each folder and feed, kept in a file.

    ``files``: path → documents, and marks of how the file looked (sizes and times), of its content, both with what read it;
    ``feeds``: address → what the server said of its answer,
    and entry → documents.
    """

    path: Path | None = None
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> State:
        """Read the state; none is an empty one.

        Raises
        ------
        StoreError
            A file that is no state of this version.
        """
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            if said["form"] != _FORM:
                raise ValueError
            return cls(path, dict(said["files"]), dict(said["feeds"]))
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise StoreError(f"{path} is no state of a watch; name another file with --state, or remove it") from None

    def write(self) -> None:
        """Replace the file in one step."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(self.path.name + ".new")
        said = {"form": _FORM, "files": self.files, "feeds": self.feeds}
        # A file's name that is not UTF-8 holds half surrogate pairs; written with a backslash they are JSON again.
        with new.open("w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(said, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)

    def forget_all_but(self, present: set[str]) -> None:
        """Forget what the store does not have: it may be another one, or an older state of it."""
        self.files = {name: each for name, each in self.files.items() if present.issuperset(each["documents"])}
        for feed in self.feeds.values():
            kept = {key: documents for key, documents in feed["entries"].items() if present.issuperset(documents)}
            if len(kept) < len(feed["entries"]):
                feed.update(etag="", modified="", entries=kept)

    def holders(self) -> dict[str, int]:
        """How many files and entries each document comes from."""
        held: dict[str, int] = {}
        entries = (each for feed in self.feeds.values() for each in feed["entries"].values())
        for documents in (*(each["documents"] for each in self.files.values()), *entries):
            for iri in documents:
                held[iri] = held.get(iri, 0) + 1
        return held


@dataclass(frozen=True, slots=True)
class _News:
    """Documents of one file or entry, and the documents it had before."""

    key: str
    found: tuple[Loaded, ...]
    before: tuple[str, ...]


@dataclass
class _Count:
    documents: int = 0
    claims: int = 0
    replaced: int = 0
    unchanged: int = 0
    faults: list[str] = field(default_factory=list)


def look(
    store: Store,
    targets: Sequence[str],
    state: State,
    reading: Reading | None = None,
    *,
    limits: Limits | None = None,
    processes: int = 1,
) -> Run:
    """Look once at folders, files and feeds; store what is new or changed.

    Parameters
    ----------
    targets
        Paths, and addresses that begin with ``http://`` or ``https://``.
    """
    reading = reading or Reading()
    watcher = _Watcher(store, state, reading, limits or Limits(), processes)
    looked = tuple(
        watcher.feed(target) if target.startswith(("http://", "https://")) else watcher.folder(target)
        for target in dict.fromkeys(targets)
    )
    return Run(looked=looked, notices=tuple(sorted(watcher.notices)))


class _Watcher:
    def __init__(self, store: Store, state: State, reading: Reading, limits: Limits, processes: int) -> None:
        self._store, self._state, self._reading = store, state, reading
        self._limits, self._processes = limits, processes
        self._catalogue = Catalogue.bundled(reading.catalogue_files)
        self._known = {row[0] for row in rows(store, query("readings"))}
        state.forget_all_but({row[0] for row in rows(store, query("document_identities"))})
        self.notices: set[str] = set()

    @cached_property
    def _context(self) -> Context:
        return self._reading.context(self._known)

    @cached_property
    def _reader(self) -> str:
        """What reads the files: another one may find other things in a file that is what it was.

        The caller's date is no part of it: said for a file without one, it would put all that are stored on that day.
        """
        return repr((self._reading.loader, self._context.extractor.name, self._context.linker.fingerprint))

    # -------------------------------------------------------------- folders

    def folder(self, target: str) -> Looked:
        count = _Count()
        try:
            paths = find_files([Path(target)])
        except LoaderError as error:
            empty = os.path.isdir(target)
            return self._looked(target, _Count(faults=[] if empty else [str(error)]))
        changed: list[Path] = []
        stamps: dict[str, dict[str, Any]] = {}
        for path in paths:
            stamp = self._stamp(path, count)
            if stamp is not None:
                changed.append(path)
                stamps[_name(path)] = stamp
        pending: list[_News] = []
        for outcome in outcomes(changed, self._reading, self._known, self._processes, self._context):
            name = _name(outcome.path)
            before = tuple(self._state.files.get(name, {}).get("documents", ()))
            if outcome.fault:
                self._refused(name, before, outcome.fault, count)
                continue
            pending.append(_News(name, outcome.found, before))
            if len(pending) >= _BATCH:
                self._store_files(pending, stamps, count)
                pending = []
        self._store_files(pending, stamps, count)
        return self._looked(target, count)

    def _stamp(self, path: Path, count: _Count) -> dict[str, Any] | None:
        """What to note of a file that changed since it was last noted; None for one that did not."""
        known = self._state.files.get(_name(path), {})
        try:
            if path.is_dir():
                members = sorted(each for each in path.iterdir() if each.is_file())
            else:
                members = list(filter(None, (path, mapping_beside(path))))
            stats = [(each.name, each.stat()) for each in members]
            looks = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
            seen = hashlib.sha256(repr((self._reader, looks)).encode()).hexdigest()
            if known.get("seen") == seen:
                count.unchanged += 1
                return None
            content = hashlib.sha256(self._reader.encode())
            for each in members:
                with each.open("rb") as file:
                    content.update(repr(each.name).encode() + hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            count.faults.append(fault(path, LoaderError(path, error.strerror or str(error))))
            return None
        stamp = {"seen": seen, "hash": content.hexdigest()}
        if known.get("hash") == stamp["hash"]:
            self._state.files[_name(path)] = {**known, **stamp}
            count.unchanged += 1
            return None
        return stamp

    def _refused(self, name: str, before: Sequence[str], why: str, count: _Count) -> None:
        """Note a fault, and nothing of how the file looks, so that the next look tries it again."""
        count.faults.append(why)
        self._state.files[name] = {"documents": list(before)}

    def _store_files(self, news: Sequence[_News], stamps: dict[str, dict[str, Any]], count: _Count) -> None:
        for each, why in self._put(news, count):
            if why:
                self._refused(each.key, each.before, why, count)
            else:
                iris = sorted({loaded.document.iri for loaded in each.found})
                self._state.files[each.key] = {**stamps[each.key], "documents": iris}
        self._state.write()

    # -------------------------------------------------------------- feeds

    def feed(self, url: str) -> Looked:
        count = _Count()
        noted = self._state.feeds.setdefault(url, {"etag": "", "modified": "", "entries": {}})
        try:
            fetched = fetch(url, etag=noted["etag"], modified=noted["modified"], limits=self._limits)
            if fetched.unchanged:
                count.unchanged = len(noted["entries"])
                return self._looked(url, count)
            found = self._entries(url, fetched, count)
        except FetchError as error:
            return self._looked(url, _Count(faults=[well_formed(str(error))]))
        except Exception as error:  # of whatever kind: one broken feed stops no other
            return self._looked(url, _Count(faults=[fault(url, error)]))
        news = []
        for key, documents in found:
            before = tuple(noted["entries"].get(key, ()))
            if sorted({each.document.iri for each in documents}) == sorted(before):
                count.unchanged += 1
            else:
                news.append(_News(key, documents, before))
        for start in range(0, len(news), _BATCH):
            batch = news[start : start + _BATCH]
            for each, why in self._put(batch, count):
                if why:
                    count.faults.append(why)
                else:
                    noted["entries"][each.key] = sorted({loaded.document.iri for loaded in each.found})
            self._state.write()
        # Only when all is stored does the server hear that we have this state of the feed.
        whole = not count.faults
        noted["etag"], noted["modified"] = (fetched.etag, fetched.modified) if whole else ("", "")
        self._state.write()
        return self._looked(url, count)

    def _entries(self, url: str, fetched: Fetched, count: _Count) -> Iterator[tuple[str, tuple[Loaded, ...]]]:
        kind = fetched.content_type
        suffix = (
            ".html" if kind in ("text/html", "application/xhtml+xml") and b"<rss" not in fetched.body[:2048] else ".xml"
        )
        source = Source(slug(urlsplit(url).hostname or "feed"), _by_charset(fetched), url)
        entries: dict[str, list[Loaded]] = {}
        for each in read(source, self._context, self._reading.loader, suffix):
            try:
                check(each)
            except Exception as error:
                count.faults.append(fault(url, error))
                continue
            entries.setdefault(each.document.source or each.document.name, []).append(each)
        return iter([(key, tuple(found)) for key, found in entries.items()])

    # -------------------------------------------------------------- both

    def _put(self, news: Sequence[_News], count: _Count) -> Iterator[tuple[_News, str]]:
        """Store files or entries in one step, or each in its own where one of them can't be; yield each with what hindered.

        Each is to be noted as it comes: what the next step takes out depends on it.
        """
        try:
            self._store_news(news, count)
        except Exception as error:
            if not of_the_documents(error):
                raise
            if len(news) == 1:
                yield news[0], fault(news[0].key, error)
            else:
                for each in news:
                    yield from self._put([each], count)
        else:
            yield from ((each, "") for each in news)

    def _store_news(self, news: Sequence[_News], count: _Count) -> None:
        fresh = [each for one in news for each in one.found if not each.skipped]
        now = {each.document.iri for one in news for each in one.found}
        held = self._state.holders()
        gone: list[str] = []
        for iri in (iri for one in news for iri in one.before):
            held[iri] = held.get(iri, 0) - 1
            if held[iri] <= 0 and iri not in now and iri not in gone:
                gone.append(iri)
        if fresh or gone:
            report = ingest(self._store, fresh, self._catalogue, instead_of=sorted(gone))
            count.documents += report.documents
            count.claims += report.claims
        count.unchanged += sum(bool(one.found) and all(each.skipped for each in one.found) for one in news)
        count.replaced += len(gone)
        self._known.update(each.document.reading for each in fresh if each.document.reading)
        known = loaders()
        self.notices |= {known[each.document.loader].notice for each in fresh if each.document.loader in known} - {""}

    def _looked(self, target: str, count: _Count) -> Looked:
        self._state.write()
        return Looked(
            target=well_formed(str(target)),
            documents=count.documents,
            claims=count.claims,
            replaced=count.replaced,
            unchanged=count.unchanged,
            faults=tuple(count.faults),
        )


def _name(path: Path) -> str:
    return str(path.resolve())


def _by_charset(fetched: Fetched) -> bytes:
    """The body in UTF-8 where the server names another charset and the body none.

    Raises
    ------
    FetchError
        A charset that is unknown, or that the body is not in.
    """
    charset = fetched.charset.casefold()
    if (
        charset in ("", "utf-8", "utf8", "us-ascii")
        or b"encoding=" in fetched.body[:200]
        or b"charset=" in fetched.body[:1024]
    ):
        return fetched.body
    try:
        return decoded(fetched.body, charset).encode("utf-8")
    except (LookupError, ValueError):
        raise FetchError(f"{fetched.url}: not {charset[:40]} text, which the server says it is") from None
