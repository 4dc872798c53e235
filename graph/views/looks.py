"""How things look in a network: kind by colour and shape, level by the line, share by its width."""

from __future__ import annotations

from typing import Final

#: Kind of party → colour (Okabe and Ito's palette, told apart by the colour-blind) and shape.
_LOOKS: Final = {
    "Foundry": ("#D55E00", "square"),
    "MemoryMaker": ("#E69F00", "square"),
    "IntegratedDeviceManufacturer": ("#E69F00", "square"),
    "ChipDesigner": ("#0072B2", "dot"),
    "DesignToolVendor": ("#56B4E9", "dot"),
    "PackagingHouse": ("#D55E00", "triangle"),
    "EquipmentMaker": ("#CC79A7", "triangle"),
    "MaterialsSupplier": ("#CC79A7", "triangleDown"),
    "ServerMaker": ("#009E73", "square"),
    "NetworkVendor": ("#009E73", "diamond"),
    "DeviceMaker": ("#009E73", "dot"),
    "Automaker": ("#009E73", "dot"),
    "Hyperscaler": ("#56B4E9", "hexagon"),
    "CloudProvider": ("#56B4E9", "hexagon"),
    "DataCentreOperator": ("#56B4E9", "hexagon"),
    "EnergySupplier": ("#F0E442", "diamond"),
    "AiLab": ("#0072B2", "star"),
    "SoftwareVendor": ("#0072B2", "diamond"),
}
OTHER: Final = ("#8A8A8A", "dot")
#: Level → how its line is broken.
DASHES: Final[dict[str, bool | list[int]]] = {"confirmed": False, "reported": [8, 5], "prospective": [2, 5]}
#: What is lost, from a little to all: light to dark, told apart in grey too.
_LOST: Final = ("#FEE0B6", "#FDB863", "#E08214", "#B35806", "#7F2704")


def look(kind: str) -> tuple[str, str]:
    """Return colour and shape of a kind.

    >>> look("Foundry"), look("Gpu")
    (('#D55E00', 'square'), ('#8A8A8A', 'dot'))
    """
    return _LOOKS.get(kind, OTHER)


def lost_colour(lost: float) -> str:
    """Return the colour of a loss between 0 and 1.

    >>> lost_colour(0.01), lost_colour(1.0)
    ('#FEE0B6', '#7F2704')
    """
    return _LOST[min(int(lost * len(_LOST)), len(_LOST) - 1)]


#: Shape → the outline of a mark in the legend, in a box of 20 by 20.
MARKS: Final = {
    "square": "M3 3h14v14H3z",
    "dot": "M10 2a8 8 0 1 1 0 16a8 8 0 1 1 0-16z",
    "triangle": "M10 2l9 16H1z",
    "triangleDown": "M10 18L1 2h18z",
    "diamond": "M10 1l9 9l-9 9l-9-9z",
    "hexagon": "M5.5 2h9l4.5 8l-4.5 8h-9L1 10z",
    "star": "M10 1l2.7 6 6.3.6-4.8 4.2 1.5 6.4L10 14.8l-5.7 3.4 1.5-6.4L1 7.6 7.3 7z",
}
