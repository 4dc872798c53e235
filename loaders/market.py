"""Shares of a market: what a table says of a component when it names no buyer.

A table such as "ASML has 100 % of EUV lithography tools" has a supplier, a component and a share, but no consumer. The
claim it makes is *supplier supplies component, item = component*: the component itself stands for all who need it. The
rule of the contract holds (a share is of the object's need for the item), the shares of one component sum to at most
one, the network runs on from supplier to component to whoever uses it, and concentration has one need to measure.
"""

from __future__ import annotations

import re

from loaders.claim import Mention
from loaders.linking import Linker, component_iri
from ontology.names import fold

#: "Various companies 30 %" is what is left over, not a firm: it makes no claim, and so stays unnamed.
_RESIDUAL = re.compile(
    r"(?:various|other|others|all others?|rest|remaining|remainder|unknown|unspecified|miscellaneous|misc\.?|unnamed|n/?a)"
    r"(?:\s+(?:of\s+(?:the\s+)?(?:market|world)|companies|company|firms?|countries|country|suppliers?|vendors?|providers?|makers?|players?"
    r"|producers?|manufacturers?|organi[sz]ations?|regions?))*\.?",
    re.IGNORECASE,
)


def is_residual(name: str) -> bool:
    """Tell whether a table's name stands for what is left over.

    >>> [is_residual(name) for name in ("Various companies", "Others", "rest of the market", "Other World Computing")]
    [True, True, True, False]
    """
    return _RESIDUAL.fullmatch(name.strip()) is not None


def market(linker: Linker, component: str) -> Mention:
    """Return what a component's name stands for when it stands for all who need it.

    It is a product of the catalogue only by one of that product's very names, since "deposition tools" and "deposition tools
    (packaging)" are two markets; and a product with a developer is that developer's, its suppliers' market another thing.
    Otherwise the component is one of its own.

    >>> from ontology.catalogue import Catalogue
    >>> linker = Linker(Catalogue.bundled())
    >>> market(linker, "EUV lithography tools").iri.rsplit("/")[-1], market(linker, "HBM4").role
    ('component-euv-lithography-tools', 'product')
    """
    entry = linker.catalogue.resolve(component)
    names = {fold(name) for name in entry.names} if entry else set()
    if (
        entry is None
        or not entry.is_product
        or entry.developer
        or not names & {fold(component), fold(component).removesuffix("s")}
    ):
        return Mention(component, component_iri(component), "", "component")
    return linker.link(component, "component")
