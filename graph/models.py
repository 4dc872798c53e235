"""The shapes of answers: what the terminal prints, HTTP and tools return, and notebooks show."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Interval = Annotated[tuple[float, float], Field(description="Low and high bound.")]


class Answer(BaseModel):
    """A frozen record; a notebook shows it as a table with its claims."""

    model_config = ConfigDict(frozen=True)

    def _repr_html_(self) -> str:
        from graph.sheet import sheet, to_html  # the sheet is laid out from these records

        return to_html(sheet(self))

    @property
    def _when(self) -> str:
        """The days asked about, as a headline says them."""
        return in_time(getattr(self, "as_of", None), getattr(self, "valid_at", None))


def in_time(as_of: str | None, valid_at: str | None = None) -> str:
    """Return the days of the two clocks, as a sentence says them.

    >>> in_time("2026-01-31", "2027-01-01")
    ', as known on 2026-01-31, as it holds on 2027-01-01'
    """
    known = f", as known on {as_of}" if as_of else ""
    return known + (f", as it holds on {valid_at}" if valid_at else "")


def counted(total: int, shown: int) -> str:
    """Return how many there are, and how many of them are shown where these are fewer.

    >>> counted(49, 25), counted(3, 3)
    ('49 (25 shown)', '3')
    """
    return f"{total} ({shown} shown)" if shown < total else str(total)


class Party(Answer):
    """A party or product."""

    id: str = Field(description="The last part of the IRI.", examples=["tsmc"])
    iri: str = Field(examples=["https://w3id.org/nthtier/id/tsmc"])
    name: str = Field(examples=["TSMC"])
    kind: str = Field(description="Class in the ontology.", examples=["Foundry"])


class Evidence(Answer):
    """A claim as a reader needs to see it."""

    claim: str = Field(description="The claim's IRI.")
    subject: str
    predicate: str
    object: str | None
    item: str | None
    status: str
    attribution: str
    share: Interval | None
    sentence: str = Field(description="What the source says, word for word; a table's row where there is no sentence.")
    citations: tuple[str, ...] = Field(description="The citation marks that stand with the sentence.")
    date: str
    document: str = Field(description="The document's IRI.")
    document_name: str
    part: int
    source: str | None = Field(description="Address of the source, where one is known.")
    source_title: str | None
    confidence: float | None
    valid_from: str | None = Field(None, description="The first day on which it holds, where the text says so.")
    valid_until: str | None = Field(None, description="The last one.")

    @property
    def held(self) -> str:
        """When it holds, in words; empty where the text leaves it open.

        >>> Evidence.model_construct(valid_from="2027-01-01", valid_until="2030-12-31").held
        'from 2027-01-01 until 2030-12-31'
        """
        words = (("from", self.valid_from), ("until", self.valid_until))
        return " ".join(f"{word} {day}" for word, day in words if day)

    @property
    def reference(self) -> str:
        """Where the claim stands, in a few words.

        >>> Evidence.model_construct(document_name="2026-01-28", part=2, citations=("32",), source=None).reference
        '2026-01-28, part 2 [32]'
        """
        if self.source:
            return self.source
        part = f", part {self.part}" if self.part > 1 else ""
        return f"{self.document_name}{part}" + "".join(f" [{mark}]" for mark in self.citations)


class Hop(Answer):
    """One step of dependence: a supplier delivers a component to a consumer."""

    supplier: Party
    consumer: Party
    component: str
    level: str
    share: Interval
    via: str | None = Field(description="The product whose need is its developer's, where the step was drawn from one.")
    relation: str | None
    claims: tuple[str, ...]
    disputed: tuple[str, ...] = Field((), description="Ids of the open conflicts that the step is part of.")


class Dependent(Answer):
    """A party that depends on another, directly or through others."""

    party: Party
    tier: int = Field(ge=1)
    level: str = Field(description="The weakest hop of the path.")
    path: tuple[Hop, ...] = Field(description="The shortest path, firmest first, from the party asked about.")


class Coverage(Answer):
    """What an answer rests on, and what the graph does not know."""

    claims: int = Field(description="Claims behind the answer.")
    documents: int
    oldest: str | None = Field(description="Date of the oldest claim used.")
    newest: str | None
    note: str = "A party that is not listed is undocumented, not disproven."


class Dependents(Answer):
    """The answer to "who depends on X?" or "what does X depend on?"."""

    party: Party
    includes: tuple[Party, ...] = Field((), description="Arms of the party, which count as it.")
    direction: str = Field(examples=["dependents"])
    level: str
    as_of: str | None
    valid_at: str | None
    found: tuple[Dependent, ...]
    evidence: dict[str, Evidence] = Field(description="Claim IRI → claim.")
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        question = (
            f"Who depends on {self.party.name}?"
            if self.direction == "dependents"
            else f"What does {self.party.name} depend on?"
        )
        return f"{question} {len(self.found)} found, level {self.level}{self._when}"
