"""Counts and figures: what was read against what is annotated, by family, predicate and register."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from loaders.claim import Document, Sentence
from loaders.extraction.labels import PREDICATES
from loaders.extraction.reader import Reader, apart
from loaders.extraction.reading import POINTED, Found
from loaders.extraction.training import scorer
from loaders.extraction.training.corpus import Unit, sentence_spans


@dataclass
class Counts:
    """Right, wrong and missed claims."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of what was read, what is annotated."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of what is annotated, what was read."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    def add(self, other: "Counts") -> None:
        """Take in other counts."""
        self.right, self.wrong, self.missed = (
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
        )


@dataclass
class Figures:
    """Counts by group ("all", families, predicates, registers) and (right, asked) by field."""

    counts: dict[str, Counts] = field(default_factory=dict)
    fields: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, group: str, counts: Counts) -> None:
        """Count towards a group."""
        self.counts.setdefault(group, Counts()).add(counts)

    def as_json(self) -> dict[str, Any]:
        """Figures rounded to three digits."""
        counts = {
            group: {
                "precision": round(c.precision, 3),
                "recall": round(c.recall, 3),
                "f1": round(c.f1, 3),
                "claims": c.right + c.missed,
            }
            for group, c in sorted(self.counts.items())
        }
        fields = {
            f: {"accuracy": round(right / asked, 3), "asked": asked}
            for f, (right, asked) in self.fields.items()
            if asked
        }
        return {"claims": counts, "fields": fields}


def gold_rows(unit: Unit) -> list[dict[str, Any]]:
    """A unit's claims in the contract's form; ``also`` names other objects that are as right (rule 74)."""
    return [
        {**c.row, "object": [c.row["object"], *c.row["also"]] if "also" in c.row else c.row.get("object"), "sentence": unit.text, "citations": []}
        for c in unit.claims
    ]  # fmt: skip


def claim_row(found: Found, text: str) -> dict[str, Any]:
    """A found relation in the contract's form."""
    amount = found.amount and {"low": found.amount.low, "high": found.amount.high, "currency": found.amount.currency}
    return {
        "subject": found.subject, "predicate": found.predicate, "object": found.object, "item": found.item and text[slice(*found.item)],
        "status": found.status, "attribution": found.attribution, "share": found.share and list(found.share), "amount": amount,
        "change": found.change and list(found.change), "citations": [], "sentence": text, "score": found.score,
    }  # fmt: skip


def figures(
    units: Sequence[Unit],
    read: Sequence[Iterable[dict[str, Any]]],
    threshold: float,
    details: bool = True,
) -> Figures:
    """Score claims at a threshold against the units, each unit by itself."""
    out = Figures()
    for unit, claims in zip(units, read, strict=True):
        kept = [c for c in claims if c["score"] >= threshold]
        result, wrong, missed = scorer.score(gold_rows(unit), kept)
        counts = {"all": Counts(*(result["all"][k] for k in ("right", "wrong", "missed")))}
        for family, c in result["family"].items():
            counts[family] = Counts(c["right"], c["wrong"], c["missed"])
        counts[unit.register] = counts["all"]
        if details:
            for predicate in PREDICATES:
                asked = len({(c["subject"], str(c["object"])) for c in gold_rows(unit) if c["predicate"] == predicate})
                absent = sum(c["predicate"] == predicate for c in missed)
                extra = sum(c["predicate"] == predicate for c in wrong)
                if asked or extra:
                    counts[predicate] = Counts(asked - absent, extra, absent)
        for group, c in counts.items():
            out.add(group, c)
        for name, v in result["fields"].items():
            right, asked = out.fields.get(name, (0, 0))
            out.fields[name] = (right + v["right"], asked + v["asked"])
    return out


def best_threshold(units: Sequence[Unit], read: Sequence[Iterable[dict[str, Any]]]) -> float:
    """The threshold with the best F1, to two digits."""
    read = [list(claims) for claims in read]
    return max((n / 50 for n in range(8, 45)), key=lambda t: figures(units, read, t, details=False).counts["all"].f1)


def field_f1(units: Sequence[Unit], read: Sequence[Iterable[dict[str, Any]]], threshold: float) -> dict[str, float]:
    """By pointed field, how well it is filled on right claims: a wrong value counts as much as one left out, and as both where there is one to be said."""
    counts = {field: Counts() for field in POINTED}
    for unit, claims in zip(units, read, strict=True):
        gold = gold_rows(unit)
        for claim in (c for c in claims if c["score"] >= threshold):
            same = [g for g in gold if scorer.matches(g, claim)]
            for name, count in counts.items() if same else ():
                values = [g[name] for g in same if g[name] is not None]
                said, asked = claim[name] is not None, len(values) == len(same)
                right = said and any(scorer.agrees(name, value, claim[name]) for value in values)
                count.add(Counts(int(right), int(said and not right), int(asked and not right)))
    return {field: count.f1 for field, count in counts.items()}


def document_of(unit: Unit) -> Document:
    """A corpus text as a document: a paragraph a line."""
    sentences = []
    for start, end in sentence_spans(unit.text):
        paragraph = unit.text.count("\n", 0, start)
        said = unit.text[start:end]
        left = len(said) - len(said.lstrip())
        sentences.append(Sentence(said.strip(), start + left, start + len(said.rstrip()), (), 1, paragraph))
    return Document("unit", unit.text, date(2026, 1, 1), "corpus", sentences=tuple(sentences))


def read_units(reader: Reader, units: Sequence[Unit]) -> list[list[dict[str, Any]]]:
    """The claims of each unit with their scores, all units' windows in one go."""
    documents = [document_of(unit) for unit in units]
    cut = [reader.windows(document) for document in documents]
    flat = iter(reader.read([window for windows in cut for window in windows]))
    out = []
    for document, windows in zip(documents, cut, strict=True):
        rows = []
        for window in windows:
            for found in next(flat).found:
                if (number := window.sentence_at(found.trigger[0])) is not None:
                    said = document.sentences[number].text
                    rows.append({**claim_row(found, window.text), "apart": apart(found, said)})
        out.append(rows)
    return out
