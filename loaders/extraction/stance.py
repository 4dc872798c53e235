"""Cue words that say who says so and how far a deal has come, where the network missed them.

They add to what the network says and never take back: a claim that the network calls stated becomes reported where its
sentence says so in plain words, and a deal that it calls actual or planned takes the stage that stands between its
two parties. Whether they still earn their place is measured with every model (``training.score``).
"""

import re
from dataclasses import replace

from loaders.extraction.reading import Found, Span
from loaders.extraction.windows import Window

_REPORTED = re.compile(
    r"\b(?:reportedly|allegedly|(?:is|are|was|were) said to|rumou?r(?:ed|s)?|sources? (?:say|said|told|familiar|close)"
    r"|(?:people|persons?) (?:familiar|with knowledge|close|briefed)|according to (?:people|sources|reports?|media)"
    r"|(?:is|are) (?:thought|believed|understood|tipped) to|supply[- ]chain sources|insiders say|we hear)\b",
    re.IGNORECASE,
)
_DEALS = {
    "supplies", "fabricatesFor", "packagesFor", "hostsComputeFor", "licensesTo",
    "investsIn", "acquires", "divestsFrom", "partnersWith",
}  # fmt: skip
_STAGES = {
    "negotiating": re.compile(
        r"\b(?:in (?:[\w-]+ ){0,2}(?:talks|discussions|negotiations)|negotiat(?:es|ing)"
        r"|talks (?:with|to|about|over|on))\b",
        re.IGNORECASE,
    ),
    "considering": re.compile(
        r"\b(?:consider(?:s|ing)|weigh(?:s|ing)|mull(?:s|ing)|explor(?:es|ing)|evaluat(?:es|ing)|potential|possible)\b",
        re.IGNORECASE,
    ),
}
_NOT_YET = ("planned", "negotiating", "considering")
"""What a denial takes back; of what is there already it denies something else."""
_DENIED = re.compile(r"\b(?:den(?:y|ies|ied)|dismiss(?:es|ed)|rul(?:es|ed) out|reject(?:s|ed))\b", re.IGNORECASE)
EDGE = re.compile(r"[;:—–]|,(?!\d)|\b(?:while|which|who|after|before|whereas|although|because|having)\b")
"""Where another clause begins: a stage on the far side of it is another deal's."""


def between(text: str, one: str, other: str) -> str:
    """The words between two names where they stand nearest in one clause; none where they share no clause.

    >>> between("Intel, which AMD rivals, makes chips for AWS", "AWS", "AMD")
    ''
    """
    first, second = ([m.span() for m in re.finditer(re.escape(name), text)] for name in (one, other))
    gaps = [(min(a[1], b[1]), max(a[0], b[0])) for a in first for b in second if a[1] <= b[0] or b[1] <= a[0]]
    whole = [text[start:end] for start, end in gaps if not EDGE.search(text, start, end)]
    return min(whole, key=len, default="")


def _reported(text: str, trigger: Span) -> bool:
    """Whether a cue for hearsay stands in the clause of a trigger."""
    cues = [cue.span() for cue in _REPORTED.finditer(text)]
    return any(not EDGE.search(text, min(a[1], trigger[1]), max(a[0], trigger[0])) for a in cues)


def settled(found: Found, window: Window) -> Found:
    """A found relation with status and attribution as the words around it have them."""
    start, end = next(((a, b) for a, b in window.places if a <= found.trigger[0] < b), (0, len(window.text)))
    sentence = window.text[start:end]
    status, attribution = found.status, found.attribution
    said = between(sentence, found.subject, found.object) if found.object else ""
    near = (found.trigger[0] - start, found.trigger[1] - start)
    if attribution == "stated" and (_reported(sentence, near) or _REPORTED.search(said)):
        attribution = "reported"
    if found.predicate in _DEALS and status in ("actual", "planned"):
        status = next((name for name, cue in _STAGES.items() if cue.search(said)), status)
    if found.predicate in _DEALS and status in _NOT_YET and _DENIED.search(said):
        status = "denied"
    return replace(found, status=status, attribution=attribution)
