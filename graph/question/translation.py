"""A question that the forms can't read, put into one of them by a model server: only where settings say so.

What leaves this machine is the question and the list of intents, nothing from the store. What comes back is a reading, never
an answer: its intent must be one of ours, its names must be the catalogue's, or the question stays unread.
"""

from __future__ import annotations

from datetime import date as Date
from typing import Any, Final, Literal

from pydantic import BaseModel, Field, ValidationError

from graph.errors import QuestionError
from graph.question.intents import INTENTS
from graph.question.reading import Reading, cannot_read
from graph.question.tokens import Name
from graph.settings import Settings
from loaders.extraction.chat import Chat
from ontology.catalogue import Catalogue

_LONGEST: Final = 500
_INSTRUCTIONS: Final = (
    "You put a question about the AI supply chain into one of the kinds below; you do not answer it. Give the kind, the names "
    "of the organisations or products it is about in the order of the kind's example, the item if it names one besides, and "
    "what it says of level and days. Where no kind fits, give the kind 'none'.\n\n"
    + "\n".join(f"{each.name}: {each.says}, as in “{each.example}”" for each in INTENTS.values())
)


class _Said(BaseModel):
    intent: str
    parties: list[str] = Field(max_length=9)
    item: str | None = None
    level: Literal["confirmed", "reported", "prospective"] | None = None
    as_of: Date | None = Field(None, description="As known on this day.")
    valid_at: Date | None = Field(None, description="As it holds, or will hold, on this day.")
    since: Date | None = None
    scale: float | None = Field(
        None, ge=0, le=1, description="What is left of a party's output, in a what-if question."
    )


def translator(settings: Settings) -> Chat | None:
    """Return the model that may put questions into our forms; None unless settings name one and allow it.

    >>> translator(Settings(model_url="http://localhost:11434/v1")) is None
    True
    """
    if not (settings.model_questions and settings.model_url):
        return None
    return Chat(settings.model_url, settings.model_name, settings.model_key, settings.model_timeout)


def translate(text: str, chat: Chat, catalogue: Catalogue) -> Reading:
    """Return what a model takes a question to ask.

    Raises
    ------
    QuestionError
        It gave no intent of ours, a name that the catalogue does not know, or too few or too many of them.
    ChatError
        The server did not answer.
    """
    if not text.strip() or len(text) > _LONGEST:
        raise QuestionError(cannot_read(text))
    try:
        said = _Said.model_validate(chat.ask(_INSTRUCTIONS, text, _schema(), "question"))
    except ValidationError:
        raise QuestionError(cannot_read(text)) from None
    intent = INTENTS.get(said.intent)
    names = [_name(each, catalogue) for each in said.parties]
    item = _name(said.item, catalogue) if said.item else None
    least, most = intent.parties if intent else (0, -1)
    known = all(names) and (item is not None or not said.item)
    if intent is None or not known or not least <= len(names) <= most or (item and not intent.item):
        raise QuestionError(cannot_read(text))
    parties = tuple(name for name in names if name)
    if intent.name == "suppliers" and not parties and not item:
        raise QuestionError(cannot_read(text))
    scale = (said.scale or 0.0) if intent.name == "whatif" else None
    return Reading(intent.name, parties, item, "", said.level or "", said.as_of, said.valid_at, said.since, scale)


def _name(text: str, catalogue: Catalogue) -> Name | None:
    entry = catalogue.resolve(text)
    return Name(text, entry.id, entry.is_product) if entry else None


def _schema() -> dict[str, Any]:
    schema = _Said.model_json_schema()
    schema["properties"]["intent"]["enum"] = [*INTENTS, "none"]
    return {**schema, "required": list(schema["properties"]), "additionalProperties": False}
