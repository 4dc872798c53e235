"""What can be asked, as data: each intent with the names it needs and an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Intent:
    """One kind of question.

    ``parties`` says how many names it needs, at least and at most; ``item`` whether it may name an item besides.
    """

    name: str
    says: str
    example: str
    parties: tuple[int, int] = (1, 1)
    item: bool = False

    @property
    def lists_parties(self) -> bool:
        """Whether it is answered by a list of parties, which a kind or a country can narrow."""
        return self.name in _LISTS

    @property
    def has_tiers(self) -> bool:
        """Whether its answer goes tier by tier, so that "directly" is the first."""
        return self.name in ("dependents", "dependencies")

    @property
    def lasts(self) -> bool:
        """Whether it is about a time, which "since" begins."""
        return self.name in ("changes", "timeline")

    @property
    def goes_on(self) -> bool:
        """Whether it is about what lasts, so that "in 2027" asks for what then holds; a round or a launch is over in a day."""
        return self.name not in _ONCE | OF_DOCUMENTS


_TIES: Final = (
    "suppliers", "customers", "fabricators", "packagers", "hosts", "licensors", "users", "investors", "investments", "partners",
    "rivals", "makers",
)  # fmt: skip
_LISTS: Final = frozenset({"dependents", "dependencies", "common_dependents", "common_suppliers", "exposed", *_TIES})
_ONCE: Final = frozenset({"investors", "investments", "makers", "products", "rivals"})
#: Intents whose answers are about documents and their days, not about what holds on one.
OF_DOCUMENTS: Final = frozenset({"conflicts", "timeline", "changes", "coverage", "profile"})
#: Intents whose answers tell of claims of all levels.
OF_ALL_LEVELS: Final = OF_DOCUMENTS - {"profile"}
#: Intents answered by relations as they stand, which an everyday word for the item ("memory") narrows.
OF_ITEMS: Final = frozenset({*_TIES, "links"})


_ALL: Final = (
    Intent("dependents", "who depends on a party or product, tier by tier", "who depends on TSMC?"),
    Intent("dependencies", "what a party or product depends on", "what does OpenAI depend on?"),
    Intent("suppliers", "who supplies a party, or an item", "who supplies NVIDIA with HBM4?", (0, 1), item=True),
    Intent("customers", "whom a party supplies", "whom does SK hynix supply?", item=True),
    Intent("links", "what one party supplies to another", "what does Micron supply to NVIDIA?", (2, 2), item=True),
    Intent("fabricators", "who fabricates chips for a party", "who fabricates for AMD?"),
    Intent("packagers", "who packages chips for a party", "who packages for NVIDIA?"),
    Intent("hosts", "who hosts compute for a party", "who hosts OpenAI?"),
    Intent("licensors", "who licenses to a party", "who licenses to Samsung Electronics?"),
    Intent("makers", "who makes a product", "who makes the Maia 200?"),
    Intent("products", "what a party makes", "what does NVIDIA make?"),
    Intent("users", "who uses a product", "who uses CoWoS?"),
    Intent("paths", "how one party depends on another", "how does OpenAI depend on TSMC?", (2, 2)),
    Intent("exposure", "how exposed one party is to another", "how exposed is OpenAI to TSMC?", (2, 2)),
    Intent("exposed", "who is most exposed to a party", "who is most exposed to TSMC?"),
    Intent(
        "whatif",
        "what follows if parties, a component or a country stop, lose a part or are banned",
        "what if TSMC halves its output?",
        (1, 9),
    ),
    Intent(
        "chokepoints", "who can stop a party, a component, or most of all", "chokepoints of NVIDIA", (0, 1), item=True
    ),
    Intent("single_sourced", "components with one reported supplier", "which components are single-sourced?", (0, 1)),
    Intent("common_suppliers", "what several parties depend on", "common suppliers of NVIDIA and AMD", (2, 9)),
    Intent(
        "common_dependents", "who depends on each of several parties", "who depends on both TSMC and SK hynix?", (2, 9)
    ),
    Intent("concentration", "how concentrated a component's supply is", "how concentrated is HBM4?", (0, 1), item=True),
    Intent("investors", "who invests in a party", "who invests in OpenAI?"),
    Intent("investments", "whom a party invests in", "whom does NVIDIA invest in?"),
    Intent("partners", "whom a party works with", "who are the partners of OpenAI?"),
    Intent("rivals", "whom a party or product competes with", "who are the rivals of NVIDIA?"),
    Intent(
        "shortages", "who goes short of an item, or of what a party does", "who is short of HBM4?", (0, 1), item=True
    ),
    Intent("restrictions", "which governments restrict a party or product", "who restricts SMIC?"),
    Intent("timeline", "what happened to a party, in order", "timeline of OpenAI", (1, 2)),
    Intent("changes", "what changed since a day", "what changed since 2026-01-20?", (0, 0)),
    Intent("conflicts", "what sources disagree on", "what do sources disagree on?", (0, 1)),
    Intent("coverage", "what the graph does not know", "what does the graph not know?", (0, 0)),
    Intent("profile", "what is known about a party or product", "what do we know about Anthropic?"),
)

INTENTS: Final = {intent.name: intent for intent in _ALL}
