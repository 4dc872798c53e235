"""A synthetic supply graph as N-Quads, the same for the same seed: parties, dependence, claims with provenance by day.

``python tests/bench/store_data.py PARTIES FILE`` writes about 24 quads a party: 200,000 parties make about 5 million.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

from ontology.terms import ID, NT, PROV, RDF, RDFS, XSD

COUNTRIES = ("tw", "kr", "us", "jp", "nl", "de", "cn", "sg", "my", "il")
DAYS = 365
HUB = f"{ID}party-0"


def quads(parties: int, seed: int = 20260101) -> Iterator[str]:
    """Yield the lines: the consolidated view in the default graph, the claims in one graph a day."""
    chance = random.Random(seed)
    for party in range(parties):
        me = f"<{ID}party-{party}>"
        yield f"{me} <{RDF}type> <{NT}Organisation> .\n"
        yield f'{me} <{RDFS}label> "Party {party}"@en .\n'
        yield f'{me} <{NT}country> "{chance.choice(COUNTRIES)}" .\n'
        yield f'{me} <{NT}sector> "{chance.randrange(20)}" .\n'
        # Early parties are the hubs: most edges lead to few, as in the real network.
        for _ in range(1 + (chance.random() < 0.6) + (chance.random() < 0.6)):
            other = int(party * chance.random() ** 3) if party else 0
            if other == party:
                continue
            supplier = f"<{ID}party-{other}>"
            yield f"{me} <{NT}dependsOn> {supplier} .\n"
            yield f"{supplier} <{NT}supplies> {me} .\n"
            day = chance.randrange(DAYS)
            graph = f"<urn:day:{day}>"
            claim = f"<urn:claim:{party}-{other}>"
            yield f"{claim} <{RDF}type> <{NT}Claim> {graph} .\n"
            yield f"{claim} <{RDF}subject> {supplier} {graph} .\n"
            yield f"{claim} <{RDF}predicate> <{NT}supplies> {graph} .\n"
            yield f"{claim} <{RDF}object> {me} {graph} .\n"
            yield f'{claim} <{NT}status> "actual" {graph} .\n'
            yield f'{claim} <{NT}sentence> "Party {other} supplies party {party}, it said on day {day}." {graph} .\n'
            yield f"{claim} <{PROV}wasDerivedFrom> <urn:document:{day}-{party % 50}> {graph} .\n"
            yield f'{claim} <{PROV}generatedAtTime> "2026-01-01T00:00:00Z"^^<{XSD}dateTime> {graph} .\n'


def write(path: Path, parties: int) -> int:
    """Write the file and return how many quads it has."""
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for line in quads(parties):
            file.write(line)
            count += 1
    return count


if __name__ == "__main__":
    print(write(Path(sys.argv[2]), int(sys.argv[1])), "quads")
