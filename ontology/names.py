"""How names are compared.

A name is *tidied* (marks, possessive and stray blanks dropped, one style of hyphen), *squashed* (no blanks or hyphens
either) and *folded* (squashed, in lower case). Two names are the same when they fold to the same text, unless a rule
asks for the spelling (``catalogue/names.csv``): then they must squash to the same text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Marks without meaning for a name: ®, ™, ©, soft hyphen, zero-width characters, byte order mark.
MARKS: Final = "\u00ae\u2122\u00a9\u00ad\u200b\u200c\u200d\u2060\ufeff"
_HYPHENS: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_NO_MARKS: Final = dict.fromkeys(map(ord, MARKS))
ONE_HYPHEN: Final = dict.fromkeys(map(ord, _HYPHENS), "-")

_POSSESSIVE: Final = re.compile(r"(?:['’ʼ`]s|(?<=s)['’ʼ`])$", re.IGNORECASE)
_LEGAL_FORM: Final = re.compile(
    r"(?:,?\s+(?:inc|incorporated|corp|corporation|co|company|ltd|limited|pvt|private|llc|lp|pbc|plc|ag|se|s\.?a|n\.?v|kgaa|"
    r"gmbh|k\.?k|oyj|ab|asa|s\.?p\.?a)\.?|\s*(?:股份有限公司|有限公司|株式会社|주식회사|㈜))$",
    re.IGNORECASE,
)


def tidy(name: str) -> str:
    """Return a name without marks, possessive, quotes and stray blanks, its hyphens in one style.

    >>> tidy(" NVIDIA®’s"), tidy("SK\u2011hynix"), tidy("Applied  Materials'")
    ('NVIDIA', 'SK-hynix', 'Applied Materials')
    """
    text = unicodedata.normalize("NFKC", name.translate(_NO_MARKS)).translate(ONE_HYPHEN)
    text = " ".join(text.split()).strip('"“”‘«»,;:!?* ')
    text = _POSSESSIVE.sub("", text).strip("'’ ")
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def squash(name: str) -> str:
    """Return a tidied name without blanks and hyphens, its letters as they are.

    >>> squash("Qwen3-Max Thinking")
    'Qwen3MaxThinking'
    """
    return re.sub(r"[\s\-_]+", "", tidy(name))


def fold(name: str) -> str:
    """Return what two spellings of one name have in common.

    >>> fold("SK Hynix") == fold("sk\u2011hynix") == fold("SK-HYNIX®")
    True
    """
    return squash(name).casefold()


def without_legal_form(name: str) -> str:
    """Return a name without Inc., Corp., Co., Ltd. and their like.

    >>> without_legal_form("Samsung Electronics Co., Ltd."), without_legal_form("中际旭创股份有限公司")
    ('Samsung Electronics', '中际旭创')
    """
    text = tidy(name)
    while (shorter := _LEGAL_FORM.sub("", text)) and shorter != text:
        text = shorter.rstrip(",. ")
    return text


def is_native(char: str) -> bool:
    """Tell whether a character is of a script that writes words without blanks or glues particles to them.

    >>> is_native("微"), is_native("삼"), is_native("N")
    (True, True, False)
    """
    return char >= "\u2e80" and not "\uff00" <= char <= "\uff60"


def initials(person: str) -> tuple[str, ...]:
    """Return the ways to write initials.

    >>> initials("C.C. Wei")
    ('C.C. Wei', 'C. C. Wei', 'CC Wei')
    """
    spaced = re.sub(r"\.(?=\w)", ". ", person)
    return tuple(dict.fromkeys((person, spaced, person.replace(".", ""))))


def person_keys(person: str) -> tuple[str, ...]:
    """Return how a person's name is compared: in its order, and with the family name at the other end."""
    words = [fold(word.replace(".", "")) for word in re.split(r"[.\s]+(?=\w)", tidy(person))]
    return ("".join(words), "".join((words[-1], *words[:-1])), "".join((*words[1:], words[0])))
