"""Countries by the names and adjectives that questions use: where a party is at home, and what stops as a whole."""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = {
    "AE": "United Arab Emirates|UAE|Emirati",
    "AU": "Australia|Australian",
    "BE": "Belgium|Belgian",
    "CA": "Canada|Canadian",
    "CH": "Switzerland|Swiss",
    "CN": "China|Chinese|PRC",
    "DE": "Germany|German",
    "FI": "Finland|Finnish",
    "FR": "France|French",
    "GB": "United Kingdom|UK|Britain|Great Britain|British",
    "HK": "Hong Kong",
    "IE": "Ireland|Irish",
    "IL": "Israel|Israeli",
    "IN": "India|Indian",
    "JP": "Japan|Japanese",
    "KR": "South Korea|Republic of Korea|Korea|South Korean|Korean",
    "NL": "Netherlands|Holland|Dutch",
    "QA": "Qatar|Qatari",
    "SA": "Saudi Arabia|Saudi",
    "SG": "Singapore|Singaporean",
    "TH": "Thailand|Thai",
    "TW": "Taiwan|Taiwanese",
    "US": "United States of America|United States|USA|US|U.S.|America|American",
}
_CODES: Final = {name: code for code, names in _NAMES.items() for name in names.split("|")}
#: A country stands with its capitals: "US" is one, "us" is not.
_COUNTRY: Final = re.compile(
    r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(_CODES, key=len, reverse=True))) + r")(?!\w)"
)


def countries(text: str) -> list[tuple[int, int, str]]:
    """Return where countries are named in a text, and their codes.

    >>> countries("which Dutch firms sell to South Korea")
    [(6, 11, 'NL'), (26, 37, 'KR')]
    """
    return [(*match.span(), _CODES[match[0]]) for match in _COUNTRY.finditer(text)]


def code_of(name: str) -> str:
    """Return the code of a country by its name; ``""`` where it is none.

    >>> code_of("Taiwan"), code_of("Titan")
    ('TW', '')
    """
    return _CODES.get(name, "")
