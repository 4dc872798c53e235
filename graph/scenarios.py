"""Scenarios as data, and in a small text form a person can type.

====================================  =======================================================================
``TSMC -50%``                         a party (and its arms) delivers half
``country TW -100%``                  every party at home there
``component HBM4 -30%``               every delivery of a component, narrower wordings too
``ban US -> CN AI accelerators``      deliveries from one country (or party) to another, of a component or all
``cut ASML -> SMIC DUV scanner``      the same between two parties
``share SK hynix -> NVIDIA HBM4 60%`` a share as it would be: a number or ``50-70%``
``deal Intel Foundry -> Apple +``     what is talked about between two closes (``-``: comes to nothing)
``claim <id> -``                      one claim withdrawn (``+``: it comes true)
``source <document>#11 withdrawn``    every claim of a document, of one citation in it, or of a web outlet
====================================  =======================================================================

To a ban or cut a product that takes delivery counts as its developer. Steps stand on lines of their own or are parted by
``;``. In YAML or JSON a scenario has ``name``, ``title`` and ``steps``, each a text or a mapping with the fields of
:class:`Step`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ontology.errors import NthtierError

Kind = Literal["party", "country", "component", "ban", "cut", "share", "deal", "claim", "source"]
_MOST_STEPS: Final = 100
_MOST_TEXT: Final = 20_000
_NUMBER: Final = r"\d+(?:\.\d+)?"
_LOSS: Final = re.compile(rf"(?P<what>.+?)\s*[-−–](?P<loss>{_NUMBER})\s*%")
_STOPS: Final = re.compile(r"(?P<what>.+?)\s+(?:stops|is stopped|halts)", re.IGNORECASE)
_TIE: Final = re.compile(r"(?P<what>.+?)\s*(?:->|→)\s*(?P<to>.+)")
_SHARE: Final = re.compile(rf"(?P<rest>.+?)\s+(?P<low>{_NUMBER})(?:\s*[-–]\s*(?P<high>{_NUMBER}))?\s*%")


class ScenarioError(NthtierError):
    """A scenario that can't be read; the message says what can be written."""


class Step(BaseModel):
    """One change of the graph.

    ``what`` is the party, country, component, claim or source (document, ``document#mark`` or outlet); ``to`` the other end
    of a ban, cut, share or deal. A step with ``to`` may name the component, else it is about everything between the two.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    what: Annotated[str, Field(min_length=1, max_length=300)]
    to: Annotated[str, Field(max_length=300)] = ""
    component: Annotated[str, Field(max_length=300)] = ""
    loss: Annotated[float, Field(ge=0, le=1)] = 1.0
    share: tuple[float, float] | None = None
    raised: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Step:
        if self.kind in {"ban", "cut", "share", "deal"} and not self.to:
            raise ValueError(f"a {self.kind} needs both ends: {self.kind} A -> B")
        if self.kind == "share":
            if self.share is None:
                raise ValueError("a share needs a number: share A -> B 60%")
            if not 0 <= self.share[0] <= self.share[1] <= 1:
                raise ValueError("a share lies between 0% and 100%")
        return self

    @property
    def text(self) -> str:
        """The step in the text form.

        >>> Step(kind="party", what="TSMC", loss=0.5).text
        'TSMC -50%'
        """
        lost = f"-{_percent(self.loss)}%"
        if self.kind == "party":
            return f"party {self.what} {lost}" if _reserved(self.what) else f"{self.what} {lost}"
        if self.kind in {"country", "component"}:
            return f"{self.kind} {self.what} {lost}"
        if self.kind == "claim":
            return f"claim {self.what} {'+' if self.raised else '-'}"
        if self.kind == "source":
            return f"source {self.what} withdrawn"
        ends = f"{self.kind} {self.what} -> {self.to}"
        of = f" of {self.component}" if self.component else ""
        if self.kind == "deal":
            return f"{ends}{of} {'+' if self.raised else '-'}"
        if self.kind == "share":
            assert self.share is not None
            low, high = map(_percent, self.share)
            return f"{ends}{of} {low}%" if low == high else f"{ends}{of} {low}-{high}%"
        return ends + of


class Scenario(BaseModel):
    """A named list of steps, taken together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    title: str = ""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=_MOST_STEPS)]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and isinstance(value.get("steps"), (list, tuple)):
            read = [_step(each) if isinstance(each, str) else each for each in value["steps"]]
            return {**value, "steps": read}
        return value

    @property
    def text(self) -> str:
        """The scenario in the text form.

        >>> parse("country TW -100%; ban US -> CN AI accelerators").text
        'country TW -100%; ban US -> CN of AI accelerators'
        """
        return "; ".join(step.text for step in self.steps)


def parse(text: str) -> Scenario:
    """Read a scenario: the name of one in the library, YAML or JSON, or the text form.

    >>> parse("TSMC -50%").steps[0].loss, parse("share SK hynix -> NVIDIA HBM4 50-70%").steps[0].share
    (0.5, (0.5, 0.7))

    Raises
    ------
    ScenarioError
    """
    if len(text) > _MOST_TEXT:
        raise ScenarioError(f"a scenario has at most {_MOST_TEXT} characters")
    if (named := library().get(text.strip().casefold())) is not None:
        return named
    if re.match(r"\s*(?:\{|(?:name|title|steps)\s*:)", text):
        try:
            value = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError) as error:
            raise ScenarioError(f"not YAML or JSON: {' '.join(str(error).split())[:200]}") from None
        return _validated(value)
    lines = [line.strip() for part in text.splitlines() for line in part.split(";")]
    steps = [_step(line) for line in lines if line and not line.startswith("#")]
    if not steps:
        raise ScenarioError("an empty scenario; write for example “TSMC -50%”")
    return _validated({"steps": steps})


def read(path: Path) -> Scenario:
    """Read a scenario from a file.

    Raises
    ------
    ScenarioError
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


@cache
def library() -> dict[str, Scenario]:
    """Return the named scenarios that come with nthtier.

    >>> library()["taiwan-stops"].text
    'country TW -100%'
    """
    text = files("graph").joinpath("scenarios.yaml").read_text(encoding="utf-8")
    return {each["name"]: _validated(each) for each in yaml.safe_load(text)}


def _validated(value: Any) -> Scenario:
    try:
        return Scenario.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ScenarioError(f"{where + ': ' if where else ''}{first['msg'].removeprefix('Value error, ')}") from None


_WORDS: Final = ("party", "country", "component", "ban", "cut", "share", "deal", "claim", "source")


def _reserved(name: str) -> bool:
    return name.split(maxsplit=1)[0].casefold() in _WORDS or _TIE.fullmatch(name) is not None


def _step(line: str) -> Step:
    head, _, rest = line.partition(" ")
    word, rest = head.casefold(), rest.strip()
    try:
        if word in {"party", "country", "component"} and rest:
            return _loss(word, rest)  # type: ignore[arg-type]
        if word in {"ban", "cut", "share", "deal"} and rest:
            return _tie(word, rest)  # type: ignore[arg-type]
        if word == "claim" and rest[-1:] in {"+", "-"}:
            return Step(kind="claim", what=rest[:-1].strip(), raised=rest[-1] == "+")
        if word == "source" and (match := re.fullmatch(r"(\S+)\s+withdrawn", rest)):
            return Step(kind="source", what=match[1])
        return _loss("party", line)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ScenarioError(f"{line[:80]!r}: {message}") from None


def _loss(kind: Literal["party", "country", "component"], text: str) -> Step:
    if match := _LOSS.fullmatch(text):
        return Step(kind=kind, what=match["what"].strip(), loss=round(float(match["loss"]) / 100, 12))
    if match := _STOPS.fullmatch(text):
        return Step(kind=kind, what=match["what"].strip())
    raise ScenarioError(
        f"can't read the step {text[:80]!r}; write for example “TSMC -50%”, “country TW -100%”, "
        "“ban US -> CN AI accelerators”, “share SK hynix -> NVIDIA HBM4 60%” or “deal Intel Foundry -> Apple +”"
    )


def _tie(kind: Literal["ban", "cut", "share", "deal"], text: str) -> Step:
    share = None
    raised = False
    if kind == "share":
        match = _SHARE.fullmatch(text)
        if match is None:
            raise ScenarioError(f"a share needs a number: “share A -> B 60%”, not {text[:80]!r}")
        low, high = float(match["low"]), float(match["high"] or match["low"])
        text, share = match["rest"], (round(low / 100, 12), round(high / 100, 12))
    elif kind == "deal":
        if text[-1:] not in {"+", "-"} or text[-2:-1] not in {" ", "\t"}:
            raise ScenarioError(f"a deal closes (+) or not (-): “deal A -> B +”, not {text[:80]!r}")
        text, raised = text[:-1].rstrip(), text[-1] == "+"
    tie = _TIE.fullmatch(text)
    if tie is None:
        raise ScenarioError(f"a {kind} needs both ends: “{kind} A -> B”, not {text[:80]!r}")
    to, of, component = tie["to"].partition(" of ")
    if not of:
        to, component = _split(kind, tie["to"].strip())
    return Step(
        kind=kind, what=tie["what"].strip(), to=to.strip(), component=component.strip(), share=share, raised=raised
    )


def _split(kind: str, text: str) -> tuple[str, str]:
    """Part the other end from the component where no "of" stands between: a party is one we know, a country two letters."""
    from ontology.catalogue import Catalogue  # only where a name must be told from what follows

    words = text.split()
    catalogue = Catalogue.bundled()
    for count in range(len(words), 0, -1):
        entry = catalogue.resolve(" ".join(words[:count]))
        if entry is not None and not entry.is_product:
            return " ".join(words[:count]), " ".join(words[count:])
    if kind == "ban" and words and re.fullmatch(r"[A-Z]{2}", words[0]):
        return words[0], " ".join(words[1:])
    return text, ""


def _percent(value: float) -> str:
    return f"{value * 100:.10f}".rstrip("0").rstrip(".")
