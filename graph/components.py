"""What a consumer needs: from an item as a source words it to the component at which one supplier can stand in for another.

Sources name the same need in many ways: an amount ("USD 38 billion of EC2 capacity"), a generation (HBM4), a product
(GB200), a node (N3). Three rules say what competes with what:

- An *input* (memory, packaging, a node, equipment, material) is needed as it is named: HBM4 is not replaced by LPDDR5X. A
  wider wording (HBM) is a need of its own, which every supplier of a narrower one (HBM4) also serves; a supplier of the
  wider one may serve the narrower.
- What *an organisation* buys to compute with is needed by its function: accelerators are accelerators, hosted capacity is
  capacity, models are models. A *product* needs exactly the part it is built with.
- What a product needs, its developer needs **in that function**, with unknown share: TSMC makes Feynman, so NVIDIA needs chip
  fabrication from TSMC, but Feynman's shares are shares of Feynman's needs and never add up with NVIDIA's own.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from ontology import terms

#: The component of a supply relation that names no item.
KIND_OF: Final = {
    "supplies": terms.ID + "component-unnamed-supply",
    "fabricatesFor": terms.ID + "component-chip-fabrication",
    "packagesFor": terms.ID + "component-chip-packaging",
    "hostsComputeFor": terms.ID + "component-compute-capacity",
    "licensesTo": terms.ID + "component-licence",
    "develops": terms.ID + "component-development",
}
#: What a product needs of who makes or designs it for its owner.
MAKING: Final = terms.ID + "component-making"
ACCELERATORS: Final = terms.ID + "component-ai-accelerators"
MODELS: Final = terms.ID + "component-ai-models"
POWER: Final = terms.ID + "component-electric-power"
CAPACITY: Final = KIND_OF["hostsComputeFor"]
KIND_LABEL: Final = {
    iri: iri.removeprefix(terms.ID + "component-").replace("-", " ")
    for iri in (*KIND_OF.values(), MAKING, ACCELERATORS, MODELS, POWER)
} | {ACCELERATORS: "AI accelerators", MODELS: "AI models"}

#: Component → the wider wording that holds it.
BROADER: Final = {
    terms.ID + narrow: terms.ID + wide
    for wide, narrows in {
        "hbm": "hbm3 hbm3e hbm4 hbm4e hbm5",
        "dram": "ddr4 ddr5 lpddr gddr7 socamm",
        "lpddr": "lpddr5x lpddr6",
        "cowos": "cowos-s cowos-l cowos-r",
        "advanced-packaging": "cowos copos soic info emib foveros tsmc-sow panel-level-packaging",
        "euv-scanner": "euv-high-na asml-nxe-3800e",
        "euv-high-na": "asml-exe-5000 asml-exe-5200",
        "photoresist": "metal-oxide-resist",
    }.items()
    for narrow in narrows.split()
}

_ACCELERATOR_KINDS: Final = frozenset({"Gpu", "AiAccelerator", "ServerSystem"})
_PRODUCT_KINDS: Final = frozenset(terms.PRODUCT_KINDS.values())
#: Who runs data centres of its own: hosted capacity is then an addition, not the whole.
HOSTS: Final = frozenset({"Hyperscaler", "CloudProvider", "DataCentreOperator"})

_ACCELERATOR_WORDS: Final = re.compile(
    r"(?:data.?cent(?:re|er) )?(?:ai )?(?:gpu|accelerator)s?|ai chips?", re.IGNORECASE
)
_GPUS_AMID: Final = re.compile(r"\bgpus\b", re.IGNORECASE)
_POWER_PLANTS: Final = frozenset(
    terms.ID + each for each in ("gas-turbine", "solid-oxide-fuel-cell", "small-modular-reactor")
)
_POWER_WORDS: Final = re.compile(
    r"\b(?:gas turbines?|fuel cells?|modular reactors?)\b|(?:electric(?:ity)?|nuclear|solar|wind) power|\d\s?[MG]W\b.*\b(?:nuclear|power|plant|reactors?|fuel cells?|turbines?|campus)",
    re.IGNORECASE,
)


class Need(NamedTuple):
    """What an item is to who gets it.

    ``product`` and ``organisation`` are the components that a product and an organisation need; ``stated`` says whether a
    share of the item is a share of the organisation's need; ``family`` is what the developer of a product that needs the
    item needs.
    """

    product: str
    organisation: str
    stated: bool
    family: str


@cache
def need(predicate: str, component: str, kind: str, name: str) -> Need:
    """Return what a component, delivered under a predicate, is to who gets it.

    Parameters
    ----------
    kind
        Class of the component: that of the product it is, or ``Component``.

    >>> for each in need("supplies", terms.ID + "nvidia-gb200", "ServerSystem", "GB200")[:2]:
    ...     print(each.removeprefix(terms.ID))
    nvidia-gb200
    component-ai-accelerators
    >>> need("supplies", terms.ID + "hbm4", "Memory", "HBM4").family.removeprefix(terms.ID)
    'hbm'
    """
    if predicate == "hostsComputeFor":
        return Need(CAPACITY, CAPACITY, kind not in _PRODUCT_KINDS, CAPACITY)
    if predicate in {"fabricatesFor", "packagesFor"}:
        return Need(component, component, True, KIND_OF[predicate])
    if kind in _ACCELERATOR_KINDS:
        return Need(component, ACCELERATORS, False, ACCELERATORS)
    if kind == "AiModel":
        return Need(component, MODELS, False, MODELS)
    if kind == "CloudService":
        return Need(component, CAPACITY, False, CAPACITY)
    if component in _POWER_PLANTS:
        return Need(POWER, POWER, False, POWER)
    if kind not in _PRODUCT_KINDS:
        if _ACCELERATOR_WORDS.fullmatch(name):
            return Need(ACCELERATORS, ACCELERATORS, True, ACCELERATORS)
        if _POWER_WORDS.search(name):
            return Need(POWER, POWER, False, POWER)
        if _GPUS_AMID.search(name):
            return Need(ACCELERATORS, ACCELERATORS, False, ACCELERATORS)
    return Need(component, component, True, widest(component))


def wordings(component: str) -> frozenset[str]:
    """Return a component and all narrower wordings of it.

    >>> sorted(each.removeprefix(terms.ID) for each in wordings(terms.ID + "lpddr"))
    ['lpddr', 'lpddr5x', 'lpddr6']
    """
    narrower = {narrow for narrow, wide in BROADER.items() if wide == component}
    return frozenset({component}).union(*(wordings(each) for each in narrower))


def widest(component: str) -> str:
    """Return the widest wording that holds a component, or the component itself.

    >>> widest(terms.ID + "asml-exe-5200").removeprefix(terms.ID)
    'euv-scanner'
    """
    while component in BROADER:
        component = BROADER[component]
    return component


def in_part(component: str, consumer_kind: str) -> bool:
    """Tell whether a need is met in part by means that no claim names: power from the grid, a cloud's own data centres."""
    return component == POWER or (component == CAPACITY and consumer_kind in HOSTS)
