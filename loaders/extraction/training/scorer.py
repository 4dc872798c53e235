"""Claims against annotated claims: the rules of the extraction contract.

A claim is right when its (subject, predicate, object) matches an annotated one; names are compared without case,
punctuation, company suffixes and generic words. The same triple said twice counts once. The other fields are scored on
the matched claims alone, over the annotated claims that have them.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]

FAMILY = {
    "supply": ("supplies", "fabricatesFor", "packagesFor", "hostsComputeFor", "licensesTo"),
    "product": ("develops", "uses", "competesWith"),
    "capital": ("investsIn", "acquires", "divestsFrom", "partnersWith"),
    "condition": (
        "constrains", "changesPrice", "expandsCapacity", "raisesFunding", "reportsResult", "changesLeadership", "cutsWorkforce", "restricts",
    ),
}  # fmt: skip
SYMMETRIC = frozenset({"competesWith", "partnersWith"})
_SUFFIXES = frozenset(
    ["inc", "corp", "corporation", "co", "ltd", "llc", "plc", "company", "group", "holdings", "limited", "ag", "nv"]
)
_GENERIC = frozenset(
    [
        "ai",
        "chip",
        "chips",
        "gpu",
        "gpus",
        "model",
        "models",
        "memory",
        "platform",
        "software",
        "tool",
        "app",
        "the",
        "new",
        "processor",
        "processors",
        "accelerator",
        "accelerators",
        "system",
        "service",
        "s",
        "electronics",
        "technology",
        "technologies",
        "its",
        "series",
        "process",
        "node",
    ]
)


def words(name: object) -> list[str]:
    """The words of a name that count.

    >>> words("SK hynix Inc.’s HBM4®")
    ['sk', 'hynix', 'hbm4']
    """
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", str(name))
    text = re.sub(r"['’]s\b|[®™]", "", text).casefold()
    found = (w.rstrip(".") for w in re.findall(r"[a-z0-9.+\-]+|[\u3040-\u9fff\uac00-\ud7af]+", text))
    return [w for w in found if w.strip(".-+") and w not in _SUFFIXES]


def same(gold: object, said: object) -> bool:
    """Whether two names are one; one may have generic words more."""
    if gold is None or said is None:
        return gold is None and said is None
    left, right = words(gold), words(said)
    if left == right:
        return bool(left)
    one, other = set(left), set(right)
    if not one or not other:
        return False
    return (one <= other and other - one <= _GENERIC) or (other <= one and one - other <= _GENERIC)


def _options(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _any(gold: Any, said: object) -> bool:
    return any(same(g, said) for g in _options(gold))


def matches(gold: Row, claim: Row) -> bool:
    """Whether the triples agree; symmetric predicates either way round."""
    if claim["predicate"] not in _options(gold["predicate"]):
        return False
    if _any(gold["subject"], claim["subject"]) and _any(gold["object"], claim.get("object")):
        return True
    turned = _any(gold["subject"], claim.get("object")) and _any(gold["object"], claim["subject"])
    return claim["predicate"] in SYMMETRIC and turned


def _near(gold: float | None, said: float | None) -> bool:
    if gold is None or said is None:
        return gold is None and said is None
    return abs(gold - said) <= 0.02 * max(abs(gold), abs(said), 1e-9)


def _span(gold: Sequence[float | None], said: Any) -> bool:
    return isinstance(said, list) and len(said) == 2 and _near(gold[0], said[0]) and _near(gold[1], said[1])


def _money(gold: Row, said: Any) -> bool:
    if not isinstance(said, dict) or said.get("currency") != gold["currency"]:
        return False
    return _near(gold["low"], said.get("low")) and _near(gold["high"], said.get("high"))


def _item(gold: Any, said: Any) -> bool:
    return any(same(i, said) or (bool(said and i) and set(words(i)) <= set(words(said))) for i in _options(gold))


_FIELDS: dict[str, Callable[[Any, Any], bool]] = {
    "item": _item,
    "status": lambda gold, said: said in _options(gold),
    "attribution": lambda gold, said: said in _options(gold),
    "share": _span,
    "change": _span,
    "amount": _money,
    "citations": lambda gold, said: [str(c) for c in said or []] == [str(c) for c in gold],
}


def agrees(field: str, gold: Any, said: Any) -> bool:
    """Whether a field of a matched claim says what is annotated.

    >>> agrees("item", "HBM4", "HBM4 stacks")
    True
    """
    return _FIELDS[field](gold, said)


def score(gold: Sequence[Row], claims: Sequence[Row]) -> tuple[Row, list[Row], list[Row]]:
    """Counts of all and of each family, (right, asked) of each field; the wrong claims; the missed ones."""
    facts: list[list[Row]] = []
    for claim in gold:
        key = (claim["subject"], claim["predicate"], claim["object"])
        home = next((f for f in facts if (f[0]["subject"], f[0]["predicate"], f[0]["object"]) == key), None)
        if home:
            home.append(claim)
        else:
            facts.append([claim])
    said: dict[tuple[Any, ...], list[Row]] = {}
    for claim in claims:
        triple = (tuple(words(claim["subject"])), claim["predicate"], tuple(words(claim.get("object") or "")))
        said.setdefault(triple, []).append(claim)

    found: dict[int, list[Row]] = defaultdict(list)
    wrong: list[Row] = []
    for same_claims in said.values():
        fits = [i for i, fact in enumerate(facts) if any(matches(one, same_claims[0]) for one in fact)]
        at = min(fits, key=lambda i: all(one.get("optional") for one in facts[i]), default=None)
        if at is None:
            wrong.append(same_claims[0])
        else:
            found[at].extend(same_claims)
    required = [i for i, fact in enumerate(facts) if not all(one.get("optional") for one in fact)]
    missed = [facts[i][0] for i in required if i not in found]

    family_of = {p: family for family, predicates in FAMILY.items() for p in predicates}
    counts = {family: {"right": 0, "wrong": 0, "missed": 0} for family in FAMILY}
    for i in required:
        counts[family_of[_options(facts[i][0]["predicate"])[0]]]["right" if i in found else "missed"] += 1
    for claim in wrong:
        counts[family_of[claim["predicate"]]]["wrong"] += 1
    total = {k: sum(c[k] for c in counts.values()) for k in ("right", "wrong", "missed")}
    fields = {name: _field(name, facts, found) for name in _FIELDS}
    return {"all": total, "family": counts, "fields": fields}, wrong, missed


def _field(name: str, facts: list[list[Row]], found: dict[int, list[Row]]) -> dict[str, int]:
    right = asked = 0
    for i, claims in found.items():
        for one in facts[i]:
            if one.get(name) in (None, []):
                continue
            start = words(one["sentence"])[:8]
            twins = [c for c in claims if words(c.get("sentence", ""))[:8] == start] or claims
            asked += 1
            right += any(_FIELDS[name](one[name], c.get(name)) for c in twins)
    return {"right": right, "asked": asked}
