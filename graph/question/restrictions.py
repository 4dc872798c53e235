"""What narrows the list that answers a question: a kind of party, the country it is at home in, the first tier alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ontology import terms

#: Everyday words for a kind of party, besides the catalogue's own.
_ALSO: Final = {
    "Hyperscaler": ("hyperscale cloud", "cloud provider", "cloud company", "cloud"),
    "ChipDesigner": ("fabless company", "fabless firm", "fabless designer"),
    "AiLab": ("AI company", "AI developer", "model developer", "model maker"),
    "CloudProvider": ("neocloud", "cloud company", "cloud"),
    "MemoryMaker": ("memory manufacturer", "memory company", "memory supplier"),
    "EquipmentMaker": ("toolmaker", "tool maker", "equipment supplier", "equipment vendor"),
    "PackagingHouse": ("OSAT", "packaging company"),
    "DesignToolVendor": ("EDA vendor", "EDA company", "IP vendor"),
    "MaterialsSupplier": ("material supplier", "materials company"),
    "ServerMaker": ("server vendor", "server manufacturer"),
    "NetworkVendor": ("networking vendor", "networking company"),
    "DeviceMaker": ("phone maker", "device manufacturer"),
    "Automaker": ("carmaker", "car maker"),
    "DataCentreOperator": ("data center operator", "datacenter operator"),
    "EnergySupplier": ("utility", "power company", "energy company"),
    "SoftwareVendor": ("software company",),
}
#: Who invests or governs is asked by what it does, not by its kind.
_NO_FILTER: Final = frozenset({"investor", "government-body", "standards-body", "other", "eda-ip-vendor"})


def _plural(phrase: str) -> str:
    stem = re.escape(phrase).replace(r"\ ", "[ -]")
    return f"{stem[:-1]}(?:y|ies)" if phrase.endswith("y") else f"{stem}s?"


_KINDS: Final = [
    (_plural(phrase), kind)
    for slug, kind in terms.PARTY_KINDS.items()
    for phrase in (*(() if slug in _NO_FILTER else (slug.replace("-", " "),)), *_ALSO.get(kind, ()))
]
_KIND: Final = "|".join(sorted({form for form, _ in _KINDS}, key=len, reverse=True))
_LISTED: Final = "suppliers?|customers?|dependents|investors?|backers|rivals|competitors|partners"
_HOME: Final = r" (?:(?:based|headquartered|located) )?(?:in|from) (?:the )?(?P<home>@c\d+)"
_NARROWED: Final = re.compile(
    r"(?P<lead>^|\b(?:which|what|all|any|how many|of(?: the)?|list|show|show me|name|tell me)(?: the)? )"
    rf"(?:(?P<land>@c\d+) )?(?:(?P<kind>{_KIND})|compan(?:y|ies)|firms?|parties|organi[sz]ations?)(?![\w-])(?:{_HOME})?"
    rf"|(?P<of>@c\d+) (?=(?:{_LISTED})\b)"
    rf"|\b(?P<list>(?:{_LISTED}) of @[op]\d+){_HOME.replace('home', 'at')}$"
    rf"|\b(?P<who>who|which|what){_HOME.replace('home', 'where')}",
    re.IGNORECASE,
)
_EVERY_TIER: Final = re.compile(r"\b(?:directly (?:or|and) indirectly|indirectly (?:or|and) directly)\b", re.IGNORECASE)
_DIRECT: Final = re.compile(
    r"\b(?:directly|direct|immediately|immediate|(?:first|1st)[ -]tier|(?:at )?tier[ -]?(?:1|one)|(?:in|at) (?:the )?first tier)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A question without what narrows its answer; ``said`` are the words taken out."""

    text: str
    kinds: tuple[str, ...] = ()
    country: str = ""
    direct: bool = False
    said: tuple[str, ...] = ()


def narrowed(text: str) -> Narrowed:
    """Take kinds of parties, their home and the first tier out of a question; countries stand as ``@c0``.

    >>> narrowed("which AI labs in @c0 depend directly on @o1")
    Narrowed(text='which companies depend on @o1', kinds=('AiLab',), country='@c0', direct=True, said=('directly', 'AI labs in @c0'))
    """
    text = re.sub(r"\bhow many\b", "which", _EVERY_TIER.sub(" ", text), flags=re.IGNORECASE)
    said: list[str] = []
    if direct := _DIRECT.search(text):
        text = text[: direct.start()] + text[direct.end() :]
        said.append(direct[0])
    kinds: tuple[str, ...] = ()
    country = ""
    for match in _NARROWED.finditer(text):
        country = match["land"] or match["home"] or match["where"] or match["of"] or match["at"] or ""
        if match["kind"]:
            kinds = tuple(sorted({kind for form, kind in _KINDS if re.fullmatch(form, match["kind"], re.IGNORECASE)}))
        if match["of"] or match["at"]:
            said.append(match[0].removeprefix(match["list"] or "").strip())
            text = text[: match.start()] + (match["list"] or "") + text[match.end() :]
            break
        if kinds or country:
            lead = match["lead"] if match["who"] is None else match["who"]
            said.append(match[0][len(lead) :].strip())
            text = (
                text[: match.start()] + (f"{lead.strip()} companies" if lead.strip() else "who") + text[match.end() :]
            )
            break
    return Narrowed(" ".join(text.split()), kinds, country, direct is not None, tuple(said))
