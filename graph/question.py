"""From a question in plain English to its answer."""

from __future__ import annotations

import re

from graph.dependency import Direction, dependents
from graph.errors import QuestionError
from graph.models import Dependents
from graph.store import Store
from ontology.catalogue import Catalogue

_FORMS: tuple[tuple[re.Pattern[str], Direction], ...] = (
    (
        re.compile(r"(?:who|what|which \w+)(?: all)? (?:depends?|relies|rely) (?:on|upon) (?P<name>.+)", re.IGNORECASE),
        "dependents",
    ),
    (
        re.compile(
            r"(?:what|who|whom) (?:does|do|is) (?P<name>.+?) (?:depend|depends|rely|relies|dependent) (?:on|upon)",
            re.IGNORECASE,
        ),
        "dependencies",
    ),
)


def ask(store: Store, question: str, catalogue: Catalogue | None = None) -> Dependents:
    """Answer a question.

    Raises
    ------
    QuestionError
        The question can't be read; the message says what can be asked.
    UnknownNameError
        The store does not know the party; names like it are suggested.
    """
    text = " ".join(question.split()).strip().rstrip("?!. ")
    for form, direction in _FORMS:
        match = form.fullmatch(text)
        if match:
            return dependents(store, match["name"].strip(" \"'“”"), direction=direction, catalogue=catalogue)
    raise QuestionError(
        f"can't read the question {question[:80]!r}; ask “who depends on X?” or “what does X depend on?”"
    )
