"""From a name in a text to the party, product or component that it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from loaders.claim import Mention
from ontology import terms
from ontology.catalogue import Catalogue, Entry

#: Predicates whose item is a thing that flows or is affected; elsewhere it is a measure, a place or a person.
THING_ITEM = frozenset({*terms.SUPPLY, "constrains", "changesPrice", "restricts"})

#: Names kept at most; an archive brings millions.
_KEPT = 100_000
_LONGEST = 200
#: Where a product's name may end and its version or variant begin.
_PART = re.compile(r"[\s\-](?=[A-Z\d])|(?<=[A-Za-z])(?=\d)")
_GENERIC = re.compile(
    r"(?:\s+(?:ai|chips?|gpus?|cpus?|accelerators?|processors?|models?|memory|modules?|orders?|wafers?|servers?|systems?|racks?"
    r"|platforms?|process(?:es)?|nodes?|technology|technologies|packaging|software|app|service|series|family|products?|capacity|dies?|stacks?))+$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Linker:
    """Links names by the catalogue; a name it does not know becomes a candidate with a stable IRI."""

    catalogue: Catalogue

    @cached_property
    def _seen(self) -> dict[tuple[str, str], Mention]:
        return {}

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], str]:
        return {}

    @property
    def fingerprint(self) -> str:
        """The catalogue's: what was linked with another is linked anew."""
        return self.catalogue.fingerprint

    def link(
        self, name: str, role: Literal["organisation", "product", "component"] = "organisation", note: str = ""
    ) -> Mention:
        """Return what a name in a text stands for.

        >>> linker = Linker(Catalogue.bundled())
        >>> linker.link("Nvidia's").iri, linker.link("HBM4 chips", "component").iri
        ('https://w3id.org/nthtier/id/nvidia', 'https://w3id.org/nthtier/id/hbm4')
        >>> linker.link("Jurong Logic", "organisation").is_candidate
        True
        """
        if note:  # is of this mention alone
            return self._link(name, role, note)
        key = (name, role)
        if key not in self._seen:
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            self._seen[key] = self._link(name, role, "")
        return self._seen[key]

    def find(self, name: str, role: Literal["organisation", "product", "component"] = "organisation") -> Mention:
        """Return what a cell of a table stands for: a catalogue id is as good as a name there, in a text it is not.

        >>> linker = Linker(Catalogue.bundled())
        >>> linker.find("arm").kind, linker.link("arm").kind
        ('eda-ip-vendor', '')
        """
        entry = self.catalogue.entry(name)
        return self.link(name, role) if entry is None else _mention(name, entry)

    def kind_of(self, name: str, role: Literal["organisation", "product"]) -> str:
        """Return the catalogue's kind of what a name stands for, ``""`` where it does not know the name.

        A product that it does not know is of its family's kind: the longest beginning of its name that is a product's.

        >>> linker = Linker(Catalogue.bundled())
        >>> linker.kind_of("Nvidia's", "organisation"), linker.kind_of("Jurong Logic", "organisation")
        ('chip-designer', '')
        >>> linker.kind_of("Claude Opus 9.1", "product"), linker.kind_of("Qwen7", "product")
        ('model', 'model')
        """
        key = (name, role)
        if key not in self._kinds:
            if len(self._kinds) >= _KEPT:
                self._kinds.clear()
            known = self.link(name, role).kind
            self._kinds[key] = known or (self._kind_of_family(name) if role == "product" else "")
        return self._kinds[key]

    def _kind_of_family(self, name: str) -> str:
        """The kind of the product whose name is the longest beginning of ``name``."""
        for end in reversed([match.start() for match in _PART.finditer(name[:_LONGEST])]):
            entry = self.catalogue.resolve(name[:end]) if end else None
            if entry is not None and entry.is_product:
                return entry.kind
        return ""

    def item(self, name: str | None, predicate: str, *, ids: bool = False) -> Mention | None:
        """Return a claim's item: linked where the predicate's item is a thing, the bare wording elsewhere."""
        if not name:
            return None
        if predicate not in THING_ITEM:
            return Mention(name, "", "", "component")
        return self.find(name, "component") if ids else self.link(name, "component")

    def _link(self, name: str, role: Literal["organisation", "product", "component"], note: str) -> Mention:
        entry = self.catalogue.resolve(name) or self._without_generic_words(name)
        if entry is not None:
            return _mention(name, entry)
        if role == "component":
            return Mention(name, component_iri(name), "", role, note)
        return Mention(name, terms.candidate_iri(name), "", role, note)

    def _without_generic_words(self, name: str) -> Entry | None:
        """ "HBM4 orders" is HBM4; a party is never found by leaving words off."""
        bare = _GENERIC.sub("", name[:_LONGEST])
        entry = self.catalogue.resolve(bare) if bare != name and not self.catalogue.rules_out(name) else None
        return entry if entry is not None and entry.is_product else None


def _mention(name: str, entry: Entry) -> Mention:
    return Mention(name, entry.iri, entry.kind, "product" if entry.is_product else "organisation")


def component_iri(name: str) -> str:
    """Return the stable IRI of a component that no catalogue knows.

    >>> component_iri("Gas turbines")
    'https://w3id.org/nthtier/id/component-gas-turbines'
    """
    return terms.candidate_iri(name).replace("/id/candidate-", "/id/component-")
