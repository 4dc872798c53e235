"""Commands that ask: ask, dependents, dependencies."""

from __future__ import annotations

from typing import Annotated

import typer

from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.dependency import Direction
from graph.dependency import dependents as find_dependents
from graph.models import Dependents
from graph.question import ask as answer_question
from graph.question import translator
from ontology import terms

Name = Annotated[str, typer.Argument(help="Name, id or IRI of a party or product.")]


def _known_level(level: str | None) -> str | None:
    if level is not None and level not in terms.LEVELS:
        raise typer.BadParameter(f"must be one of {', '.join(terms.LEVELS)}")
    return level


Level = Annotated[
    str, typer.Option(callback=_known_level, help=f"How firm a claim must be: {', '.join(terms.LEVELS)}.")
]
AsOf = Annotated[str | None, typer.Option(help="As known on this day, YYYY-MM-DD.")]
ValidAt = Annotated[str | None, typer.Option(help="As it holds on this day, YYYY-MM-DD.")]
MaxTier = Annotated[int | None, typer.Option(min=1, help="Deepest tier to show.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="A question in plain English.")],
    files: Annotated[list[str] | None, typer.Argument(help="Files to load first.", show_default=False)] = None,
    level: Annotated[
        str | None,
        typer.Option(callback=_known_level, help=f"Where the question names none: {', '.join(terms.LEVELS)}."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Where the question names no day: as known on this, YYYY-MM-DD.")
    ] = None,
    valid_at: Annotated[
        str | None, typer.Option(help="Where the question names no day: as it holds on this, YYYY-MM-DD.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with the evidence.

    A question is answered as it was asked; words that are not understood are named, never passed over.

    With NTHTIER_MODEL_QUESTIONS a question that nthtier can't read is sent, alone, to the model server of the settings, which
    may put it into a form that nthtier reads. With --json the record stands under "answer", beside how the question was read.

    Example: nthtier ask "which AI labs depend on TSMC?" --level confirmed
    """
    session: Session = context.obj
    store = session.store(read_only=True, files=files or ())
    reply = answer_question(
        store,
        question,
        session.catalogue,
        translator(session.settings),
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
    )
    if as_json:
        show.lines([reply.model_dump_json(indent=2)])
        return
    if reply.question.only:
        show.console().print(f"{reply.question.only[:1].upper()}{reply.question.only[1:]}:")
    show.answer(reply.answer)


@app.command()
def dependents(
    context: typer.Context,
    name: Name,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    max_tier: MaxTier = None,
    as_json: Json = False,
) -> None:
    """Print who depends on a party or product, tier by tier.

    Example: nthtier dependents TSMC --level confirmed --max-tier 2
    """
    _walk(context, name, "dependents", level, as_of, valid_at, max_tier, as_json)


@app.command()
def dependencies(
    context: typer.Context,
    name: Name,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    max_tier: MaxTier = None,
    as_json: Json = False,
) -> None:
    """Print what a party or product depends on, tier by tier.

    Example: nthtier dependencies OpenAI --as-of 2025-12-31
    """
    _walk(context, name, "dependencies", level, as_of, valid_at, max_tier, as_json)


def _walk(
    context: typer.Context,
    name: str,
    direction: Direction,
    level: str,
    as_of: str | None,
    valid_at: str | None,
    max_tier: int | None,
    as_json: bool,
) -> None:
    session: Session = context.obj
    store = session.store(read_only=True)
    answer = find_dependents(
        store,
        name,
        direction=direction,
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
        max_tier=max_tier,
        catalogue=session.catalogue,
    )
    _show(answer, as_json)


def _show(answer: Dependents, as_json: bool) -> None:
    if as_json:
        show.lines([answer.model_dump_json(indent=2)])
    else:
        show.answer(answer)
