"""Cue words that say who says so and how far a thing has come.

They add to what the network says and never take back: a claim that the network calls stated becomes reported where its
sentence says so in plain words, and one that it calls actual takes the stage that the words at its trigger name.
Whether they still earn their place is measured with every model (``training.score``).
"""

import re
from dataclasses import replace

from loaders.extraction.reading import Found
from loaders.extraction.windows import Window

_REPORTED = re.compile(
    r"\b(?:reportedly|allegedly|(?:is|are|was|were) said to|rumou?r(?:ed|s)?|sources? (?:say|said|told|familiar|close)"
    r"|(?:people|persons?) (?:familiar|with knowledge|close|briefed)|according to (?:people|sources|reports?|media)"
    r"|(?:is|are) (?:thought|believed|understood|tipped) to|supply[- ]chain sources|insiders say|we hear)\b",
    re.IGNORECASE,
)
_STAGES = {
    "denied": re.compile(r"\b(?:den(?:y|ies|ied)|ruled out|not true)\b", re.IGNORECASE),
    "negotiating": re.compile(
        r"\b(?:in (?:advanced |early )?(?:talks|discussions|negotiations)|negotiat\w+|talking (?:to|with))\b",
        re.IGNORECASE,
    ),
    "considering": re.compile(
        r"\b(?:consider(?:s|ing|ed)?|weigh(?:s|ing)|mull(?:s|ing)|explor(?:es|ing)|evaluat(?:es|ing|ion)|may|might|thinking (?:about|of))\b",
        re.IGNORECASE,
    ),
    "planned": re.compile(
        r"\b(?:will|plans?|planned|planning|(?:is|are|was) (?:set|due|slated|scheduled|expected|about|going) to|(?:is|are) to|intends?|aims?"
        r"|(?:from|by) 20[23]\d|next (?:year|quarter|month)|would|agreed to|wants? to|hopes? to)\b",
        re.IGNORECASE,
    ),
}
_AROUND = 12
"""Letters around a trigger in which a stage is looked for."""


def stage(text: str, start: int, end: int) -> str | None:
    """The stage that the words at ``[start, end)`` name, the surest first.

    >>> stage("Meta is in talks to buy chips", 17, 20), stage("Meta buys chips", 5, 9)
    ('negotiating', None)
    """
    near = text[max(0, start - _AROUND) : end + _AROUND]
    return next((name for name, cue in _STAGES.items() if cue.search(near)), None)


def settled(found: Found, window: Window) -> Found:
    """A found relation with status and attribution as the words around it have them."""
    place = next(((a, b) for a, b in window.places if a <= found.trigger[0] < b), (0, len(window.text)))
    status, attribution = found.status, found.attribution
    if attribution == "stated" and _REPORTED.search(window.text[slice(*place)]):
        attribution = "reported"
    if status == "actual":
        status = stage(window.text, *found.trigger) or status
    return replace(found, status=status, attribution=attribution)
