"""What the network's outputs mean, in the order in which it was trained."""

from ontology import terms

PREDICATES = (
    "supplies", "fabricatesFor", "packagesFor", "hostsComputeFor", "licensesTo",
    "develops", "uses", "competesWith",
    "investsIn", "acquires", "divestsFrom", "partnersWith",
    "constrains", "changesPrice", "expandsCapacity", "raisesFunding", "reportsResult", "changesLeadership", "cutsWorkforce", "restricts",
)  # fmt: skip
STATUSES = ("actual", "planned", "negotiating", "considering", "ended", "denied")
ATTRIBUTIONS = ("stated", "reported")
TYPES = ("organisation", "product", "person")
KINDS = (
    "foundry",
    "memory-maker",
    "idm",
    "chip-designer",
    "eda-ip-vendor",
    "packaging-house",
    "equipment-maker",
    "materials-supplier",
    "server-maker",
    "network-vendor",
    "device-maker",
    "automaker",
    "hyperscaler",
    "cloud-provider",
    "data-centre-operator",
    "energy-supplier",
    "ai-lab",
    "software-vendor",
    "investor",
    "government-body",
    "standards-body",
    "gpu",
    "cpu",
    "ai-accelerator",
    "network-chip",
    "memory",
    "storage",
    "server-system",
    "device",
    "process-node",
    "packaging-technology",
    "equipment",
    "material",
    "eda-tool",
    "ip",
    "model",
    "ai-application",
    "cloud-service",
    "operating-system",
)
"""What the catalogue knows a name to be; a name of another kind, or of none, is read by its type alone."""
SYMMETRIC, WITHOUT_OBJECT, OBJECT_OPTIONAL = terms.SYMMETRIC, terms.WITHOUT_OBJECT, terms.OBJECT_OPTIONAL

FIELDS = {"amount": ("money", "count"), "share": ("ratio", "whole"), "change": ("ratio",)}
"""Which kinds of quantity can fill a claim's field."""
