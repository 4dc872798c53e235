"""What the network's outputs mean, in the order in which it was trained."""

PREDICATES = (
    "supplies", "fabricatesFor", "packagesFor", "hostsComputeFor", "licensesTo",
    "develops", "uses", "competesWith",
    "investsIn", "acquires", "divestsFrom", "partnersWith",
    "constrains", "changesPrice", "expandsCapacity", "raisesFunding", "reportsResult", "changesLeadership", "cutsWorkforce", "restricts",
)  # fmt: skip
STATUSES = ("actual", "planned", "negotiating", "considering", "ended", "denied")
ATTRIBUTIONS = ("stated", "reported")
TYPES = ("organisation", "product", "person")
SYMMETRIC = frozenset({"competesWith", "partnersWith"})
WITHOUT_OBJECT = frozenset({"expandsCapacity", "raisesFunding", "reportsResult", "changesLeadership", "cutsWorkforce"})
OBJECT_OPTIONAL = WITHOUT_OBJECT | {"constrains", "changesPrice", "restricts"}

FIELDS = {"amount": ("money", "count"), "share": ("ratio", "whole"), "change": ("ratio",)}
"""Which kinds of quantity can fill a claim's field."""
