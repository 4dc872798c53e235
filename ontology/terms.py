"""The names of the ontology as Python constants, and the minting of IRIs.

Every name here stands in ``supply.ttl`` and back; a test holds the two together.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

BASE: Final = "https://w3id.org/nthtier/"
NT: Final = BASE + "ns#"
ID: Final = BASE + "id/"
CLAIM: Final = BASE + "claim/"
DOCUMENT: Final = BASE + "document/"
RELATION: Final = BASE + "relation/"
CONFLICT: Final = BASE + "conflict/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
PROV: Final = "http://www.w3.org/ns/prov#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
SCHEMA: Final = "https://schema.org/"

PREFIXES: Final = {
    "nt": NT,
    "id": ID,
    "claim": CLAIM,
    "document": DOCUMENT,
    "relation": RELATION,
    "conflict": CONFLICT,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "prov": PROV,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "schema": SCHEMA,
}

SUPPLY: Final = ("supplies", "fabricatesFor", "packagesFor", "hostsComputeFor", "licensesTo")
PRODUCT: Final = ("develops", "uses", "competesWith")
CAPITAL: Final = ("investsIn", "acquires", "divestsFrom", "partnersWith")
CONDITION: Final = (
    "constrains",
    "changesPrice",
    "expandsCapacity",
    "raisesFunding",
    "reportsResult",
    "changesLeadership",
    "cutsWorkforce",
    "restricts",
)
PREDICATES: Final = (*SUPPLY, *PRODUCT, *CAPITAL, *CONDITION)
SYMMETRIC: Final = frozenset({"competesWith", "partnersWith"})
#: Predicates that take no object, and those that may go without one.
WITHOUT_OBJECT: Final = frozenset({
    "expandsCapacity", "raisesFunding", "reportsResult", "changesLeadership", "cutsWorkforce",
})  # fmt: skip
OBJECT_OPTIONAL: Final = WITHOUT_OBJECT | {"constrains", "changesPrice", "restricts"}

#: How far a thing has come, earliest first; the last two end it.
STATUSES: Final = ("considering", "negotiating", "planned", "actual", "ended", "denied")
#: How far a relation has come: it may also be that a person's decisions set aside every claim of it.
STANDINGS: Final = (*STATUSES, "rejected")
ATTRIBUTIONS: Final = ("reported", "stated")
LEVELS: Final = ("confirmed", "reported", "prospective")

#: Kind of party or product in the catalogue → its class.
PARTY_KINDS: Final = {
    "foundry": "Foundry",
    "memory-maker": "MemoryMaker",
    "idm": "IntegratedDeviceManufacturer",
    "chip-designer": "ChipDesigner",
    "eda-ip-vendor": "DesignToolVendor",
    "packaging-house": "PackagingHouse",
    "equipment-maker": "EquipmentMaker",
    "materials-supplier": "MaterialsSupplier",
    "server-maker": "ServerMaker",
    "network-vendor": "NetworkVendor",
    "device-maker": "DeviceMaker",
    "automaker": "Automaker",
    "hyperscaler": "Hyperscaler",
    "cloud-provider": "CloudProvider",
    "data-centre-operator": "DataCentreOperator",
    "energy-supplier": "EnergySupplier",
    "ai-lab": "AiLab",
    "software-vendor": "SoftwareVendor",
    "investor": "Investor",
    "government-body": "GovernmentBody",
    "standards-body": "StandardsBody",
    "other": "Organisation",
}
PRODUCT_KINDS: Final = {
    "gpu": "Gpu",
    "cpu": "Cpu",
    "ai-accelerator": "AiAccelerator",
    "network-chip": "NetworkChip",
    "memory": "Memory",
    "storage": "Storage",
    "server-system": "ServerSystem",
    "device": "Device",
    "process-node": "ProcessNode",
    "packaging-technology": "PackagingTechnology",
    "equipment": "Equipment",
    "material": "Material",
    "eda-tool": "DesignTool",
    "ip": "DesignIp",
    "model": "AiModel",
    "ai-application": "AiApplication",
    "cloud-service": "CloudService",
    "operating-system": "OperatingSystem",
    "other": "Product",
}

#: Kind of conflict → its class.
CONFLICT_KINDS: Final = {
    "owner": "OwnerConflict",
    "exclusivity": "ExclusivityConflict",
    "share": "ShareConflict",
    "denial": "DenialConflict",
    "number": "NumberConflict",
    "stage": "StageConflict",
}

#: Statuses, attributions and levels → the names of their concepts; a claim that is reported and a level that is
#: reported are two things.
STATUS_NAMES: Final = {status: status for status in STANDINGS}
ATTRIBUTION_NAMES: Final = {"reported": "reportedly", "stated": "stated"}
LEVEL_NAMES: Final = {level: f"{level}Level" for level in LEVELS}
SCHEMES: Final = ("statuses", "attributions", "levels")

CLASSES: Final = (
    "Participant",
    "Party",
    "Organisation",
    "Component",
    "Product",
    "Candidate",
    "Assertion",
    "Claim",
    "Relation",
    "Document",
    "Conflict",
    "Side",
    "Decision",
)
#: Properties of claims and relations alike, of claims, of relations, of conflicts, of decisions, of documents, and of
#: parties and products.
ASSERTION_PROPERTIES: Final = ("item", "itemName", "status", "attribution", "shareLow", "shareHigh")
CLAIM_PROPERTIES: Final = (
    "about",
    "subjectName",
    "objectName",
    "amountLow",
    "amountHigh",
    "currency",
    "changeLow",
    "changeHigh",
    "citationMarks",
    "part",
    "startOffset",
    "endOffset",
    "validFrom",
    "validUntil",
    "trigger",
    "confidence",
    "extractor",
    "wording",
)
RELATION_PROPERTIES: Final = (
    "statedShareLow",
    "statedShareHigh",
    "level",
    "support",
    "claimCount",
    "firstSeen",
    "lastSeen",
    "evidence",
    "row",
    "disputedIn",
)
CONFLICT_PROPERTIES: Final = ("over", "side", "between", "says", "settledBy")
DECISION_PROPERTIES: Final = ("decides", "turn", "verdict", "keeps", "setsAside", "mergedInto")
DOCUMENT_PROPERTIES: Final = ("loader", "generated", "reading")
PARTICIPANT_PROPERTIES: Final = ("dependsOn", "developedBy", "country")
CONCEPT_PROPERTIES: Final = ("rank",)

#: Every name of the namespace ``nt:``, as ``supply.ttl`` defines them.
NAMES: Final = frozenset((
    *PREDICATES, *PARTY_KINDS.values(), *PRODUCT_KINDS.values(), *CONFLICT_KINDS.values(), *CLASSES, *SCHEMES,
    *STATUS_NAMES.values(), *ATTRIBUTION_NAMES.values(), *LEVEL_NAMES.values(),
    *ASSERTION_PROPERTIES, *CLAIM_PROPERTIES, *RELATION_PROPERTIES, *CONFLICT_PROPERTIES, *DECISION_PROPERTIES,
    *DOCUMENT_PROPERTIES, *PARTICIPANT_PROPERTIES, *CONCEPT_PROPERTIES,
))  # fmt: skip


def slug(name: str) -> str:
    """Return a name in lower case with hyphens, letters of every script kept.

    >>> slug("Jingxin Micro (井芯微)")
    'jingxin-micro-井芯微'
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "-", folded).strip("-")


def candidate_iri(name: str) -> str:
    """Return the stable IRI of a name that no catalogue knows.

    Names longer than 80 characters and names without a letter or digit are told apart by a hash.

    >>> candidate_iri("Jingxin Micro")
    'https://w3id.org/nthtier/id/candidate-jingxin-micro'
    """
    short = slug(name)
    if not short or len(short) > 80:
        short = "-".join(filter(None, (short[:60].strip("-"), digest(name))))
    return f"{ID}candidate-{short}"


def relation_iri(subject: str, predicate: str, object_: str, item: str) -> str:
    """Return the IRI of a relation: of what all claims about the same tie add up to.

    A symmetric tie is the same either way round. A deal between two is one thread whatever it is called: the item of a
    predicate of capital (a sum, a stake) makes no relation of its own.

    >>> relation_iri("a", "partnersWith", "b", "") == relation_iri("b", "partnersWith", "a", "a chip venture")
    True
    """
    ends = sorted((subject, object_)) if predicate in SYMMETRIC else (subject, object_)
    return RELATION + digest(*ends, predicate, "" if predicate in CAPITAL else item)


def digest(*parts: object) -> str:
    """Return 16 hexadecimal digits that stand for the parts, the same on every machine.

    >>> digest("a", 1) == digest("a", 1) != digest("a1")
    True
    """
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:16]
