"""The embedded reader on own sentences: what it says, that it says it again, and that junk does no harm."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loaders.claim import Claim, Document, Sentence
from loaders.digest import parse
from loaders.extraction.network import MODEL, Model
from loaders.extraction.protocol import Extractor
from loaders.extraction.reader import Reader, abbreviations
from loaders.linking import Linker
from ontology.catalogue import Catalogue

pytestmark = pytest.mark.skipif(not (MODEL / "encode.onnx").exists(), reason="no model in the tree")
DAY = date(2026, 1, 28)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The shipped model on two threads."""
    return Reader(Linker(Catalogue.bundled()))


def document(*sentences: str) -> Document:
    """One paragraph."""
    text = " ".join(sentences)
    places = [text.index(s) for s in sentences]
    return Document(
        "own",
        text,
        DAY,
        "digest",
        sentences=tuple(Sentence(s, a, a + len(s)) for s, a in zip(sentences, places, strict=True)),
    )


def told(claims: list[Claim]) -> set[tuple[str, str, str | None]]:
    """Triples in the text's wording."""
    return {(c.subject.text, c.predicate, c.object and c.object.text) for c in claims}


def test_the_reader_is_an_extractor(reader: Reader) -> None:
    assert isinstance(reader, Extractor)
    assert reader.name.startswith("reader ")


@pytest.mark.parametrize(
    ("sentence", "triple"),
    [
        ("SK Hynix supplies HBM4 memory to NVIDIA.", ("SK Hynix", "supplies", "NVIDIA")),
        ("Meta buys optical transceivers from Innolight.", ("Innolight", "supplies", "Meta")),
        ("TSMC makes AMD's MI450 on its N2 process.", ("TSMC", "fabricatesFor", "MI450")),
        ("OpenAI rents computing capacity from CoreWeave.", ("CoreWeave", "hostsComputeFor", "OpenAI")),
        ("Alibaba released the Qwen3-Max model.", ("Alibaba", "develops", "Qwen3-Max")),
        ("SoftBank invests $30 billion in OpenAI.", ("SoftBank", "investsIn", "OpenAI")),
        ("Pinterest will cut 15% of its workforce.", ("Pinterest", "cutsWorkforce", None)),
    ],
)
def test_plain_sentences_are_read(reader: Reader, sentence: str, triple: tuple[str, str, str | None]) -> None:
    assert triple in told(list(reader.extract(document(sentence))))


def test_a_claim_knows_where_it_stands(reader: Reader) -> None:
    claims = list(reader.extract(document("The weather was fine.", "SK Hynix reportedly supplies HBM4 to NVIDIA.")))
    claim = next(c for c in claims if c.predicate == "supplies")
    assert claim.sentence == "SK Hynix reportedly supplies HBM4 to NVIDIA."
    assert claim.attribution == "reported"
    assert claim.start == len("The weather was fine. ")
    assert claim.trigger in claim.sentence
    assert claim.item is not None
    assert claim.item.text == "HBM4"
    assert claim.extractor == reader.name
    assert claim.confidence is not None
    assert 0 < claim.confidence <= 1


def test_nothing_is_found_where_nothing_is_said(reader: Reader) -> None:
    said = document("NVIDIA, AMD and Intel will be at the fair.", "Demand for chips is growing, analysts at UBS said.")
    assert list(reader.extract(said)) == []


def test_what_the_catalogue_knows_of_a_name_counts(reader: Reader, tmp_path: Path) -> None:
    """The same text, read by who knows what its names are and by who does not."""
    rules = tmp_path / "names.csv"
    rules.write_text("name,id,rule,reason\n")
    text = document("Celestica assembles the TPU trays for Google in Thailand.")
    knowing = reader.understand(text, 0.05)[1]
    unknowing = Reader(Linker(Catalogue((), rules))).understand(text, 0.05)[1]
    assert told([one.claim for one in knowing]) & told([one.claim for one in unknowing])
    assert {round(one.score, 6) for one in knowing} != {round(one.score, 6) for one in unknowing}


def test_abbreviations_stand_for_the_name_before_them() -> None:
    assert abbreviations("Taiwan Semiconductor Manufacturing Company (TSMC) grows") == {
        "TSMC": "Taiwan Semiconductor Manufacturing Company"
    }
    assert abbreviations("OpenAI (AI) and General Motors (GM)") == {"GM": "General Motors"}


MIXED = (
    "SK Hynix supplies HBM4 to NVIDIA, which TSMC packages. Meta rents capacity from CoreWeave for $14 billion [3][4].",
    "- Samsung raised DRAM prices by up to 60% for Apple and Dell.",
    "Under a plan to be announced in March, Intel would make Apple's cheapest M-series chips on 18A, Kuo wrote.",
    "AMD's MI450 uses HBM4 of Micron. The company also buys from Samsung.",
)


def test_the_same_bytes_whatever_the_threads() -> None:
    """One thread and two, one document or several at a time, say exactly the same."""
    said = parse("\n".join(MIXED * 3), "mixed", DAY)
    answers = [[repr(c) for c in Reader(model=Model(threads=n), threshold=0.1).extract(said)] for n in (1, 2, 2)]
    assert answers[0]
    assert answers[0] == answers[1] == answers[2]


def results(reader: Reader, *sentences: str) -> dict[str | None, tuple[Any, float | None, str]]:
    """By item: change, amount and the beginning of the sentence of each result."""
    claims = [c for c in reader.extract(document(*sentences)) if c.predicate == "reportsResult"]
    return {c.item and c.item.text: (c.change, c.amount and c.amount.low, c.sentence[:3]) for c in claims}


def test_a_company_has_several_results(reader: Reader) -> None:
    """Each item of a relation without object is a claim of its own, with its own figures, said in its own sentence."""
    figures = results(reader, "Corvia Power's orders rose 60% this quarter.", "Net sales grew 29% to $2.7 billion.")
    assert figures["orders"] == ((0.6, 0.6), None, "Cor")
    assert figures["Net sales"] == ((0.29, 0.29), 2.7e9, "Net")


def test_a_result_with_a_number_of_its_own_is_a_claim(reader: Reader) -> None:
    figures = results(
        reader,
        "Corvia Power reported revenue of $4.1 billion, up 18%, operating profit of $820 million and free cash flow of $400 million.",
        "The shares fell 6%.",
    )
    assert figures == {
        "revenue": ((0.18, 0.18), 4.1e9, "Cor"),
        "operating profit": (None, 8.2e8, "Cor"),
        "free cash flow": (None, 4e8, "Cor"),
        "shares": ((-0.06, -0.06), None, "The"),
    }


def test_results_in_a_list_do_not_run_into_one_another(reader: Reader) -> None:
    figures = results(
        reader,
        "Corvia Power reported operating profit of $820 million, net income of $600 million, free cash flow of $400 million, orders of $5 billion,"
        " a backlog of $12 billion and services sales of $900 million.",
    )
    assert {item: amount for item, (_, amount, _) in figures.items()} == {
        "operating profit": 8.2e8, "net income": 6e8, "free cash flow": 4e8, "orders": 5e9, "backlog": 1.2e10, "services sales": 9e8,
    }  # fmt: skip


def test_what_is_said_of_two_is_said_of_either(reader: Reader) -> None:
    """A change may be of several items; an item below the mark takes no number that a sure one has."""
    assert {i: f[0] for i, f in results(reader, "Corvia Power's revenue and orders both rose 20%.").items()} == {
        "revenue": (0.2, 0.2),
        "orders": (0.2, 0.2),
    }
    said = (
        "Nvidia's revenue rose 62% to $57 billion.",
        "Of the revenue, $51.2 billion came from data centers, up 66%.",
    )
    assert {i: f[1] for i, f in results(reader, *said).items()} == {"revenue": 57e9, "data centers": 51.2e9}


def test_each_place_that_is_built_has_its_own_cost(reader: Reader) -> None:
    said = "Corvia Power will build a plant in Ohio for $2 billion, a second in Texas for $3 billion and a campus near Lyon for 900 million euros."
    claims = [c for c in reader.extract(document(said)) if c.predicate == "expandsCapacity" and c.amount]
    costs = {c.item.text.split()[-1]: (c.amount.low, c.amount.currency) for c in claims if c.item and c.amount}
    assert costs == {"Ohio": (2e9, "USD"), "Texas": (3e9, "USD"), "Lyon": (9e8, "EUR")}


def test_a_pair_has_one_claim_of_a_kind(reader: Reader) -> None:
    """Only relations without object may have several items."""
    text = "Foxconn makes 60% of Nvidia's GB200 and GB300 racks and SK Hynix supplies HBM4 and LPDDR5X to Nvidia."
    claims = [c for c in reader.extract(document(text)) if c.predicate == "supplies" and c.object]
    assert len({(c.subject.text, c.object and c.object.text) for c in claims}) == len(claims) >= 1


def test_a_short_form_may_be_introduced_in_a_heading(reader: Reader) -> None:
    heading, said = "Texas Instruments (TI) wins Apple", "TI raised $2 billion."
    text = f"{heading}\n\n{said}"
    place = text.index(said)
    day = Document("own", text, DAY, "digest", sentences=(Sentence(said, place, len(text)),))
    assert ("Texas Instruments", "raisesFunding", None) in told(list(reader.extract(day)))


def test_a_note_is_of_one_mention_alone() -> None:
    linker = Linker(Catalogue.bundled())
    assert linker.link("Zorbex Silicon", note="provider from CHN").note
    assert not linker.link("Zorbex Silicon").note
