"""From a question to its answer: read, its names found in the store, answered as its kind is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date
from typing import Final

from pydantic import Field, SerializeAsAny

from graph.dependency import find, party
from graph.errors import QuestionError, UnknownNameError
from graph.models import Answer, Party
from graph.question.answers import ANSWERS, Asked, newest_day
from graph.question.intents import INTENTS, OF_ALL_LEVELS, OF_DOCUMENTS
from graph.question.narrowing import in_words, narrow
from graph.question.reading import Reading, cannot_read, read
from graph.question.translation import translate
from graph.sheet import headline
from graph.store import Store
from loaders.extraction.chat import Chat
from ontology.catalogue import Catalogue

__all__ = ["Question", "Reply", "answer", "ask", "newest_day"]


class Question(Answer):
    """A question as it was understood."""

    text: str = Field(examples=["who supplies NVIDIA with HBM4?"])
    intent: str = Field(examples=["suppliers"])
    means: str = Field(description="The intent in words.", examples=["who supplies a party, or an item"])
    parties: tuple[Party, ...]
    item: Party | None
    about: str | None = Field(description="An everyday word for the items asked for.", examples=["memory"])
    level: str = Field(examples=["reported"])
    as_of: str | None
    valid_at: str | None
    since: str | None
    scale: float | None = Field(description="What is left of a party's output, in a what-if question.")
    only: str = Field(
        "",
        description="What the list is narrowed to: kinds of parties, a home, the first tier.",
        examples=["only AI labs"],
    )


class Reply(Answer):
    """A question in plain English, as it was understood, with its answer."""

    question: Question
    says: str = Field(description="The answer in one sentence.")
    answer: SerializeAsAny[Answer] = Field(description="The record that the question's own route returns.")
    sparql: str | None = Field(description="A query over the same store that an analyst could have written for it.")

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        return self.says

    def _repr_html_(self) -> str:
        return self.answer._repr_html_()


#: Questions about what is only talked of as well, unless they say otherwise.
_LEVEL: Final = dict.fromkeys(
    ("profile", "investors", "investments", "partners", "restrictions", "timeline"), "prospective"
)


def ask(
    store: Store,
    question: str,
    catalogue: Catalogue | None = None,
    chat: Chat | None = None,
    *,
    level: str | None = None,
    as_of: Date | None = None,
    valid_at: Date | None = None,
) -> Reply:
    """Answer a question in plain English, as it was asked; words that are not understood are named, never dropped.

    Parameters
    ----------
    level, as_of, valid_at
        How firm a claim must be, the day as known on, and the day as it holds on, where the question does not say them.
    chat
        A model that may put a question which the forms can't read into one of them; see :mod:`graph.question.translation`.

    Raises
    ------
    QuestionError
        The question can't be read; the message says what can be asked.
    UnknownNameError
        The store does not know a party; names like it are suggested.
    """
    catalogue = catalogue or Catalogue.bundled()

    def given(reading: Reading) -> Reading:
        return replace(
            reading,
            level=reading.level or level or "",
            as_of=reading.as_of or as_of,
            valid_at=reading.valid_at or valid_at,
        )

    try:
        return answer(store, given(read(question, catalogue, newest_day(store))), question, catalogue)
    except QuestionError:
        if chat is None:
            raise
    reply = answer(store, given(translate(question, chat, catalogue)), question, catalogue)
    means = f"{reply.question.means} (as a model at {chat.where} reads it)"
    return reply.model_copy(update={"question": reply.question.model_copy(update={"means": means})})


def answer(store: Store, reading: Reading, text: str, catalogue: Catalogue) -> Reply:
    """Answer a question that was read."""
    make = ANSWERS[reading.intent]
    if reading.valid_at and reading.intent in OF_DOCUMENTS:
        raise QuestionError(
            f"what holds on {reading.valid_at} can't be asked of this ({INTENTS[reading.intent].says}); "
            "ask it as known on a day (“as of …”), or ask who depends on, supplies or is exposed to whom"
        )
    if reading.level == "confirmed" and reading.intent in OF_ALL_LEVELS:
        raise QuestionError(
            f"only what is confirmed can't be asked of this ({INTENTS[reading.intent].says}), which tells of claims of all "
            "levels; ask it without a level, or ask who depends on, supplies or is exposed to whom, confirmed only"
        )
    try:
        nodes = tuple(
            find(store, name.id or name.text, catalogue, reading.as_of) for name in reading.names if not name.country
        )
    except UnknownNameError as error:
        if error.name.islower() and not error.suggestions:
            raise QuestionError(cannot_read(text, error.name)) from None  # no name at all: "what is love"
        raise
    item = find(store, reading.item.id or reading.item.text, catalogue, reading.as_of) if reading.item else None
    asked = Asked(store, catalogue, reading, nodes, item, reading.level or _LEVEL.get(reading.intent, "reported"))
    record, query = make(asked)
    only = in_words(reading.kinds, reading.country, reading.direct)
    if only:
        record, query = narrow(store, record, reading.kinds, reading.country), None
    says = headline(record)
    for name in reading.names:
        says = says.replace(f"country {name.country}", name.text) if name.country else says
    return Reply(
        question=Question(
            text=" ".join(text.split()),
            intent=reading.intent,
            means=INTENTS[reading.intent].says,
            parties=tuple(party(node) for node in nodes),
            item=party(item) if item else None,
            about=reading.about or None,
            level=asked.level,
            as_of=reading.as_of.isoformat() if reading.as_of else None,
            valid_at=reading.valid_at.isoformat() if reading.valid_at else None,
            since=reading.since.isoformat() if reading.since else None,
            scale=reading.scale,
            only=only,
        ),
        says=f"{says.rstrip('.')}, {only}" if only else says,
        answer=record,
        sparql=query,
    )
