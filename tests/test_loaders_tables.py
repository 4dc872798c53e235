"""Tables and datasets: what rows become, faults with file and line, shares as intervals, residuals that are no firms."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

import pytest

from graph.concentration import concentration
from graph.ingest import ingest
from graph.store import Store
from loaders.claim import Claim
from loaders.errors import LoaderError
from loaders.eto import LICENCE
from loaders.market import is_residual
from loaders.registry import Context, load, loaders, read
from loaders.source import Source
from ontology.catalogue import Catalogue
from samples import MAPPED, MAPPING, SAMPLES, SHARES, TABLE


def claims(data: str, suffix: str, mapping: str = "") -> tuple[Claim, ...]:
    source = Source("x", data.encode(), f"x{suffix}", mapping=mapping)
    return tuple(claim for found in read(source, Context(), None, suffix) for claim in found.claims)


HEADER = "supplier,predicate,customer,as_of,share_low,share_high,source_url"
TABLE_FAULTS = {
    "": r"x\.csv: the file is empty",
    "supplier,predicate,customer\na,supplies,b": r"x\.csv:1: no column 'as_of'; found supplier, predicate, customer",
    HEADER: r"x\.csv:1: no row below the header",
    f"{HEADER}\na,suplies,b,2026-01-28,,,": r"x\.csv:2: unknown predicate 'suplies'; did you mean 'supplies'\?",
    f"{HEADER}\na,supplies,b,2026-01-28,,": r"x\.csv:2: 6 cells under 7 columns",
    f"{HEADER}\na,supplies,b,28.1.26,,,": r"x\.csv:2: 'as_of' is not a date YYYY-MM-DD: '28\.1\.26'",
    f"{HEADER}\na,supplies,b,2026-01-28,0.7,0.2,": r"x\.csv:2: 'share' has its low bound 0\.7 above its high bound 0\.2",
    f"{HEADER}\na,supplies,b,2026-01-28,70,,": r"x\.csv:2: .*70",
    f"{HEADER}\na,supplies,b,2026-01-28,,nan,": r"x\.csv:2: 'share_high' is not a number: nan",
    f"{HEADER}\na,supplies,,2026-01-28,,,": r"x\.csv:2: supplies needs an object",
    f"{HEADER}\na,raisesFunding,b,2026-01-28,,,": r"x\.csv:2: raisesFunding takes no object",
    f"{HEADER}\na,supplies,b,2026-01-28,,,javascript:alert(1)": r"x\.csv:2: 'source_url' is not an http\(s\) address",
    f"{HEADER}\na,supplies,\"b\nc\",2026-01-28,,,\nd,supplies,,2026-01-28,,,": r"x\.csv:4: supplies needs an object",
    f"{HEADER}\na,supplies,b,2026-01-28,0.9,0.2,\"c\nd\ne\"": r"x\.csv:2: 'share' has its low bound",
    f"{HEADER}\na,supplies,b,2026-01-28,,,\nd,supplies,\"b,2026-01-28,,,\n" + "x\n" * 500: r"x\.csv:3: not a CSV table",
    f"{HEADER},as_of\na": r"x\.csv:1: the column 'as_of' stands there twice",
    f"{HEADER}\n{'a' * 200_000},supplies,b,2026-01-28,,,": r"x\.csv:2: not a CSV table \(field larger than field limit",
}  # fmt: skip


@pytest.mark.parametrize("data", TABLE_FAULTS, ids=range(len(TABLE_FAULTS)))
def test_a_fault_in_a_table_names_file_and_line(data: str) -> None:
    with pytest.raises(LoaderError, match=TABLE_FAULTS[data]):
        claims(data, ".csv")


EVENT = '{"subject": "a", "predicate": "supplies", "object": "b", "sentence": "s", "date": "2026-01-28"'
EVENT_FAULTS = {
    EVENT: r"x\.jsonl:1: not JSON \(",
    "[1]": r"x\.jsonl:1: not a JSON object",
    f"{EVENT}}}\n{{}}": r"x\.jsonl:2: 'date' is missing",
    EVENT + ', "share": [0.5, NaN]}': r"x\.jsonl:1: 'share' is not a number: nan",
    EVENT + ', "share": 0.5}': r"x\.jsonl:1: 'share' must be \[low, high\], not 0\.5",
    EVENT
    + ', "amount": {"low": 1e400, "high": null, "currency": "USD"}}': r"x\.jsonl:1: 'amount' is not a number: inf",
    EVENT + f', "amount": {{"low": {"9" * 400}, "high": null}}}}': r"x\.jsonl:1: 'amount' is too large a number",
    EVENT + f', "confidence": {"9" * 5000}}}': r"x\.jsonl:1: not JSON \(a number of too many digits\)",
    EVENT + ', "amount": {"low": -5, "high": null}}': r"x\.jsonl:1: 'amount' may not be negative",
    EVENT + ', "start": 9, "end": 3}': r"x\.jsonl:1: 'end' must be a whole number from 9 up",
    EVENT + ', "part": 0}': r"x\.jsonl:1: 'part' must be a whole number from 1 up",
    EVENT + ', "confidence": 1.5}': r"x\.jsonl:1: 'confidence' lies between 0 and 1",
    EVENT + ', "valid_from": "2027-01-01", "valid_until": "2026-01-01"}': r"x\.jsonl:1: 'valid_from' .* is after",
    EVENT + ', "citations": [true]}': r"x\.jsonl:1: 'citations' must be a list of marks",
    EVENT + ', "trigger": "\\ud800"}': r"x\.jsonl:1: 'trigger' holds control characters",
    EVENT.replace('"a"', '["a"]') + "}": r"x\.jsonl:1: 'subject' must be text, not \['a'\]",
}


@pytest.mark.parametrize("data", EVENT_FAULTS, ids=range(len(EVENT_FAULTS)))
def test_a_fault_in_events_names_file_and_line(data: str) -> None:
    with pytest.raises(LoaderError, match=EVENT_FAULTS[data]):
        claims(data, ".jsonl")


def test_open_bounds_on_both_sides_say_nothing() -> None:
    (claim,) = claims(
        EVENT + ', "share": [null, null], "change": [null, null], "amount": {"low": null, "high": null}}', ".jsonl"
    )
    assert (claim.share, claim.change, claim.amount) == (None, None, None)


def test_tables_take_ids_and_texts_do_not() -> None:
    (claim,) = claims("supplier\tpredicate\tcustomer\tas_of\narm\tlicensesTo\tmeta\t2026-01-28\n", ".tsv")
    assert claim.object is not None
    assert (claim.subject.iri.rsplit("/")[-1], claim.object.iri.rsplit("/")[-1]) == ("arm", "meta")
    (claim,) = claims(EVENT.replace('"a"', '"arm"') + "}", ".jsonl")
    assert claim.subject.is_candidate


def test_the_header_tells_shares_from_relationships() -> None:
    assert read(Source("x", SHARES.encode(), "x.csv"), Context(), None, ".csv")[0].document.loader == "shares"
    assert read(Source("x", TABLE.encode(), "x.csv"), Context(), None, ".csv")[0].document.loader == "tables"


# ------------------------------------------------------------------ shares


def test_percentiles_make_intervals_and_the_rest_is_no_supplier() -> None:
    one, two = claims(SHARES, ".csv")
    assert (one.share, one.sentence) == (
        (0.6, 0.72),
        "SK hynix supplies HBM4 to NVIDIA: share p5 0.6, p50 0.66, p95 0.72.",
    )
    assert two.object == two.item
    assert two.share == (0.3, 0.4)


@pytest.mark.parametrize(
    ("columns", "cells", "share"),
    [
        ("share", "0.4", (0.4, 0.4)),
        ("share", "40 %", (0.4, 0.4)),
        ("share_low,share_high", "0.4,", (0.4, 1.0)),
        ("p10,p90", "0.2,0.4", (0.2, 0.4)),
        ("p90", "0.4", (0.0, 0.4)),
        ("p10", "0.4", (0.4, 1.0)),
        ("p50", "0.4", None),
        ("share", "", None),
    ],
)
def test_shares_in_every_form(columns: str, cells: str, share: tuple[float, float] | None) -> None:
    (claim,) = claims(f"component,supplier,as_of,{columns}\nHBM4,Micron,2026-01-28,{cells}\n", ".csv")
    assert claim.share == share


@pytest.mark.parametrize(
    ("columns", "cells"), [("share", "40"), ("share", "-0.1"), ("p5,p95", "0.5,0.4"), ("share", "x")]
)
def test_shares_that_can_not_be_are_refused(columns: str, cells: str) -> None:
    with pytest.raises(LoaderError, match=r"x\.csv:2: "):
        claims(f"component,supplier,as_of,{columns}\nHBM4,Micron,2026-01-28,{cells}\n", ".csv")


@pytest.mark.parametrize(
    "name", ["Various companies", "Various countries", "Others", "rest of market", "Other suppliers", "n/a"]
)
def test_what_is_left_over_is_no_firm(name: str) -> None:
    assert is_residual(name)


@pytest.mark.parametrize("name", ["Othello", "Other World Computing", "Various Artists", "Rest Devices"])
def test_firms_with_such_names_are_firms(name: str) -> None:
    assert not is_residual(name)


# ------------------------------------------------------------------ mappings


def test_a_mapping_says_which_column_is_what() -> None:
    one, two = claims(MAPPED, ".csv", MAPPING)
    assert (one.predicate, one.share, one.attribution, one.date) == (
        "supplies",
        (0.4, 0.4),
        "reported",
        Date(2026, 1, 28),
    )
    assert (two.predicate, two.share, two.start) == ("packagesFor", None, 3)


def test_a_mapping_steps_into_json() -> None:
    data = '{"who": {"name": "TSMC"}, "whom": "AMD", "on": "2026-01-28"}\n'
    mapping = (
        '[columns]\nsubject = "who.name"\nobject = "whom"\ndate = "on"\n[constants]\npredicate = "fabricatesFor"\n'
    )
    (claim,) = claims(data, ".jsonl", mapping)
    assert (claim.subject.text, claim.sentence) == ("TSMC", "TSMC fabricatesFor AMD")


@pytest.mark.parametrize(
    ("mapping", "fault"),
    [
        ("[columns", "its mapping is not TOML"),
        ("[colums]\n", r"its mapping has 'colums'"),
        ('[columns]\nsubjct = "a"\n', r"its mapping has no such field: 'subjct'; did you mean 'subject'\?"),
        (
            '[columns]\nsubject = "firm"\n[constants]\npredicate = "supplies"\n',
            r"x\.csv:2: no column 'firm'; found vendor, kind",
        ),
        (
            '[columns]\nsubject = "vendor"\ndate = "week"\n[constants]\npredicate = "sells"\n',
            r"x\.csv:2: unknown predicate 'sells'",
        ),
    ],
)
def test_a_mapping_that_can_not_be_is_refused(mapping: str, fault: str) -> None:
    with pytest.raises(LoaderError, match=fault):
        claims(MAPPED, ".csv", mapping)


def test_a_share_in_a_mapped_table_is_a_percentage_where_it_says_so() -> None:
    mapping = (
        '[columns]\nsubject = "who"\nobject = "whom"\ndate = "on"\nshare = "pct"\n[constants]\npredicate = "supplies"\n'
    )
    table = "who,whom,on,pct\nTSMC,AMD,2026-01-28,"
    assert claims(f"{table}90 %\n", ".csv", mapping)[0].share == (0.9, 0.9)
    assert claims(f"{table}90%\n", ".csv", f"{mapping}[scale]\nshare = 100\n")[0].share == (0.9, 0.9)
    with pytest.raises(
        LoaderError, match=r"x\.csv:2: 'pct' is a share between 0 and 1, not 90; .* \[scale\] share = 100"
    ):
        claims(f"{table}90\n", ".csv", mapping)


# ------------------------------------------------------------------ ETO


def test_the_licence_of_the_dataset_is_shown() -> None:
    assert "CC BY-NC 4.0" in loaders()["eto"].notice == LICENCE


def test_a_provision_is_a_claim_on_the_market_of_its_input() -> None:
    shares, sequence = read(SAMPLES["eto"].source(), Context(), "eto")
    asml, country, canon = shares.claims
    assert asml.object == asml.item
    assert (asml.share, asml.valid_from, asml.start) == ((0.993, 0.993), Date(2025, 1, 1), 2)
    assert country.item is not None
    assert (country.subject.text, country.item.text) == ("Netherlands", "Scanners (by country)")
    assert (canon.share, "Minor" in canon.sentence) == (None, True)
    (step,) = sequence.claims
    assert step.object is not None
    assert (step.subject.text, step.predicate, step.object.text) == ("Lithography", "uses", "Scanners")


def test_a_provider_that_is_not_listed_is_named_with_its_line() -> None:
    broken = {**SAMPLES["eto"].members, "provision.csv": SAMPLES["eto"].members["provision.csv"].replace(b"P4", b"P9")}
    with pytest.raises(LoaderError, match=r"provision\.csv:5: provider 'P9' is not in providers\.csv"):
        read(Source("eto", b"", "eto", broken), Context(), "eto")


def test_the_known_concentrations_come_out(shared: Path, memory: Store, catalogue: Catalogue) -> None:
    ingest(memory, load(shared / "eto", Context(catalogue=catalogue)), catalogue)

    def index(component: str) -> tuple[float, float]:
        answer = concentration(memory, component, catalogue=catalogue)
        found = [each for each in answer.found if each.party.name == each.component == component]
        assert len(found) == 1
        assert not any(is_residual(source.party.name) for source in found[0].suppliers)
        return found[0].hhi

    assert index("EUV lithography tools") == (10_000, 10_000)
    assert index("ArF immersion (DUV) lithography tools") == pytest.approx((9860.49, 9860.98), abs=0.01)
    assert index("Resist processing tools") == pytest.approx((8587.09, 8589.34), abs=0.01)
