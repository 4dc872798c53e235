"""The catalogue: names to entries, names in running text, a reader's own files."""

from __future__ import annotations

import csv
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.catalogue import DATA, Catalogue, CatalogueError, UnknownName
from ontology.errors import NthtierError
from ontology.names import fold, squash, tidy, without_legal_form
from ontology.reading import ORGANISATION_COLUMNS, PRODUCT_COLUMNS
from ontology.spotting import Spelling, Spotter
from ontology.terms import ID, PARTY_KINDS, PRODUCT_KINDS, slug

CATALOGUE = Catalogue.bundled()
EVERY_NAME = [(name, entry) for entry in CATALOGUE for name in entry.names]
ORGANISATIONS, PRODUCTS = ",".join(ORGANISATION_COLUMNS), ",".join(PRODUCT_COLUMNS)


def named(name: str) -> str | None:
    entry = CATALOGUE.resolve(name)
    return entry.id if entry else None


def spotted(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], entry.id) for start, end, entry in CATALOGUE.spans(text)]


# ---------------------------------------------------------------- what there is


def test_entries_come_sorted_and_whole() -> None:
    ids = [entry.id for entry in CATALOGUE]
    assert ids == sorted(set(ids))
    assert len(ids) == len(CATALOGUE) > 500
    for entry in CATALOGUE:
        assert entry.iri == ID + entry.id
        assert slug(entry.id) == entry.id
        assert entry.kind in (PRODUCT_KINDS if entry.is_product else PARTY_KINDS)
        assert entry.name not in entry.aliases
        assert CATALOGUE.entry(entry.id) is CATALOGUE.entry(entry.iri) is entry
    assert CATALOGUE.entry("candidate-x") is None
    assert Catalogue.bundled() is CATALOGUE


def test_a_product_knows_its_developer() -> None:
    tpu, hbm = CATALOGUE.lookup("TPU"), CATALOGUE.lookup("HBM4")
    developer = CATALOGUE.developer(tpu)
    assert developer is not None
    assert developer.id == "google"
    assert CATALOGUE.developer(hbm) is None
    assert CATALOGUE.developer(developer) is None


# ---------------------------------------------------------------- resolve


def test_every_name_and_alias_resolves_to_its_entry_however_it_is_set() -> None:
    for name, entry in EVERY_NAME:
        for form in (name, f" {name} ", f"{name}'s", f"{name}’s", f"{name}®", f"“{name}”", name.replace("-", "\u2011")):
            assert CATALOGUE.resolve(form) is entry, form


def test_no_two_entries_bear_one_name() -> None:
    """Files in which two do are refused; the one shared name is a person's, and ``names.csv`` says what follows."""
    owners: dict[str, set[str]] = {}
    for name, entry in EVERY_NAME:
        for form in (name, without_legal_form(name)):
            owners.setdefault(squash(form) if fold(form) == "nanya" else fold(form), set()).add(entry.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}
    heads = Counter(entry.ceo for entry in CATALOGUE if entry.ceo)
    assert {person for person, count in heads.items() if count > 1} == {row["name"] for row in rules("ceo")}
    symbols = Counter(symbol for entry in CATALOGUE for symbol in {each.rpartition(":")[2] for each in entry.tickers})
    assert [symbol for symbol, count in symbols.items() if count > 1] == []


@pytest.mark.parametrize(
    "name", ["Arm", "Meta", "Apple", "Lambda", "Grace", "Prism", "TI", "N3", "Intel", "Oracle", "Titan", "Vera", "InFO"]
)
def test_ordinary_words_are_taken_by_their_spelling(name: str) -> None:
    assert named(name) is not None
    assert named(name.lower()) is None
    assert named(name.swapcase()) is None
    assert CATALOGUE.suggest(name.lower())[0] is CATALOGUE.resolve(name)


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("tsmc", "tsmc"), ("sk-hynix", "sk-hynix"), ("SK HYNIX INC", "sk-hynix"), ("Micron Technology, Inc.", "micron"),
        ("Samsung Electronics Co., Ltd.", "samsung-electronics"), ("TSMC Ltd", "tsmc"), ("apple inc", "apple"),
        ("台積電", "tsmc"), ("삼성전자", "samsung-electronics"), ("キオクシア", "kioxia"), ("华为技术", None),
        ("NVDA", "nvidia"), ("$NVDA", "nvidia"), ("NASDAQ:NVDA", "nvidia"), ("nasdaq: nvda", "nvidia"), ("nvda", None),
        ("TWSE:2330", "tsmc"), ("2330", None), ("AI", None), ("ON", None), ("META", "meta"), ("ARM", "arm"),
        ("Sunrise (曦望)", "sunrise-chip"), ("Texas Instruments (TI)", "texas-instruments"), ("NVIDIA (AMD)", None),
        ("the European Commission", "european-commission"), ("H100s", "nvidia-h100"), ("GPT 5.2", "gpt-5-2"),
        ("Qwen3 Max-Thinking", "qwen3-max-thinking"), ("HBM-4", "hbm4"), ("Claudes", None), ("Maia200", "maia-200"),
        ("Nanya", "nanya-technology"), ("Nan Ya", "nan-ya-plastics"), ("Rubin", "nvidia-rubin"),
        ("Vera Rubin", "nvidia-vera-rubin"), ("Groq", "groq"), ("Grok", "grok"), ("groq", "groq"), ("grok", None),
        ("ＮＶＩＤＩＡ", "nvidia"), ("", None), ("®", None), (" 's ", None), ("Jensen Huang", None), ("Arm China", None),
        ("INTEL", "intel"), ("APPLE'S", "apple"), ("CORNING INC.", "corning"), ("APPLIED MATERIALS", "applied-materials"),
        ("INFO", None), ("TITAN", "openai-titan"), ("iNTEL", None), ("NANYA", None), ("MERCK", None), ("Merck", None),
        ("Merck Inc.", None), ("Merck KGaA", "merck-kgaa"), ("DTE", None), ("XETRA:DTE", "deutsche-telekom"),
        ("lam company", None), ("Lam Company", "lam-research"), ("flex company ltd", "flex"), ("windows limited", None),
        ("Apple A16", None), ("A16", "tsmc-a16"), ("GPT-5.3", None), ("Feynman Inc.", None),
        ("the " * 5000 + "TSMC", None), ("TSMC" + " Inc" * 20, "tsmc"), ("x" * 10**6, None), ("NVIDIA " * 10**5, None),
    ],
)  # fmt: skip
def test_names_resolve(name: str, identity: str | None) -> None:
    assert named(name) == identity


def test_lookup_takes_ids_and_iris_too_and_helps_where_it_knows_nothing() -> None:
    assert CATALOGUE.lookup("arm") is CATALOGUE.lookup(ID + "arm") is CATALOGUE.lookup("Arm")
    with pytest.raises(UnknownName, match=r"unknown name 'Nvidea'; did you mean NVIDIA") as caught:
        CATALOGUE.lookup("Nvidea")
    assert isinstance(caught.value, CatalogueError | NthtierError)
    assert caught.value.suggestions[0] == "NVIDIA"
    for hopeless in ("", "???", "x\ny" * 500, "\ud800"):
        with pytest.raises(UnknownName) as caught:
            CATALOGUE.lookup(hopeless)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400


# ---------------------------------------------------------------- did you mean


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("Nvdia", "nvidia"), ("TMSC", "tsmc"), ("SK Hynics", "sk-hynix"), ("Taiwan Semi", "tsmc"), ("Antropic", "anthropic"),
        ("arm", "arm"), ("sam altmann", None), ("Sam Altman", "openai"), ("CoreWave", "coreweave"), ("Mikron", "micron"),
        ("zzzzqqqq", None), ("Maia", "maia-200"),
    ],
)  # fmt: skip
def test_suggestions(name: str, identity: str | None) -> None:
    found = [entry.id for entry in CATALOGUE.suggest(name)]
    assert found[:1] == ([identity] if identity else [])
    assert len(found) == len(set(found)) <= 5
    assert len(CATALOGUE.suggest(name, 1)) <= 1


@pytest.mark.parametrize(
    ("one", "other"), [("groq", "grok"), ("cerebras", "cadence-cerebrus"), ("asml", "asm-international")]
)
def test_look_alikes_are_not_suggested_for_a_known_name(one: str, other: str) -> None:
    for known, alike in ((one, other), (other, one)):
        entry = CATALOGUE.lookup(known)
        for name in (*entry.names, *map(str.lower, entry.names)):
            found = [each.id for each in CATALOGUE.suggest(name, 20)]
            assert found[0] == known
            assert alike not in found


# ---------------------------------------------------------------- names in running text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TSMC's N3 and Samsung’s SF2", ["TSMC", "N3", "Samsung", "SF2"]),
        ("Vera Rubin, not Rubin", ["Vera Rubin", "Rubin"]),
        ("the Vera\u00a0Rubin and the Vera-Rubin, the Vera\nRubin", ["Vera\u00a0Rubin", "Vera-Rubin", "Vera\nRubin"]),
        ("Vera\n\nRubin", ["Vera", "Rubin"]),
        ("an arm, a meta prefix, apple pie, by the grace of a prism", []),
        ("NVIDIA Grace Blackwell", ["NVIDIA", "Grace Blackwell"]),
        ("Groq runs Grok", ["Groq", "Grok"]),
        ("GroqHouse, MicrosoftX, XNVIDIA and _Intel_", []),
        ("Arm-based, non-NVIDIA, TSMC/Samsung", ["Arm", "NVIDIA", "TSMC", "Samsung"]),
        ("曦望Sunrise launched; Sunrise (曦望) too", ["曦望Sunrise", "Sunrise", "曦望"]),
        ("삼성전자는 SK하이닉스와", ["삼성전자", "SK하이닉스"]),
        ("AI浪潮席卷全球，浪潮 发布", ["浪潮"]),
        ("Nvidia Corp., Intel Corp and Tesla, Inc. rose", ["Nvidia Corp", "Intel Corp", "Tesla, Inc"]),
        ("Intel co-founder; Intel Co-founder", ["Intel", "Intel"]),
        ("GPT-5.7 and GPT-5. And GPT-5", ["GPT-5", "GPT-5"]),
        ("40,000 H100s and GPT-5s", ["H100s"]),
        ("Trainium 3, Trainium3, HBM-4, GPT 5", ["Trainium 3", "Trainium3", "HBM-4", "GPT 5"]),
        ("(NASDAQ: NVDA) and AVGO but not CAT", ["NASDAQ: NVDA", "AVGO"]),
        ("see https://www.nvidia.com/openai and www.intel.com", []),
        ("Hana Micron and a 0.18-micron process of Micron", ["Hana Micron", "Micron"]),
        ("Dell'Oro says Dell's", ["Dell"]),
        ("Reliance on TSMC; Reliance said", ["TSMC", "Reliance"]),
        ("ＮＶＩＤＩＡ and İ NVIDIA", ["ＮＶＩＤＩＡ", "NVIDIA"]),
        ("Arm® and SK\u2011hynix™", ["Arm", "SK\u2011hynix"]),
        ("Micro\u00adsoft", ["Micro\u00adsoft"]),
        ("", []),
    ],
)
def test_spans(text: str, found: list[str]) -> None:
    assert [name for name, _ in spotted(text)] == found


def test_every_name_is_found_in_a_sentence() -> None:
    for name, entry in EVERY_NAME:
        found = spotted(f"Yesterday ({name}) again, {name}’s turn: {name}.")
        assert [identity for _, identity in found] == [entry.id] * 3, name
        assert {fold(words) for words, _ in found} == {fold(name)}, name


def test_spans_agree_with_resolve_on_the_same_words() -> None:
    for name, _ in EVERY_NAME:
        for start, end, entry in CATALOGUE.spans(name):
            assert CATALOGUE.resolve(name[start:end]) is entry, name


WORDS = st.sampled_from(
    [name for name, _ in EVERY_NAME]
    + ["and", "'s", "®", "-", " ", "\n", ".", "micron", "3", "s", "İ", "微", "http://", "\u00ad"]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(WORDS | st.text(max_size=4), max_size=30).map("".join))
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    last = 0
    for start, end, entry in CATALOGUE.spans(text):
        assert last <= start < end <= len(text)
        assert CATALOGUE.resolve(text[start:end]) is entry
        last = end


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_any_text_can_be_asked_for(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text) or tidy(text) != text
    assert fold(text) == fold(f" {text}®")
    CATALOGUE.resolve(text)
    CATALOGUE.speaks_for(text)
    assert len(CATALOGUE.suggest(text, 3)) <= 3


@pytest.mark.parametrize("piece", ["a", " ", "SK ", "Vera ", "vera rubin ", "微软", "(", "GPT-5.", "https://", "-"])
def test_time_grows_with_the_text_alone_whatever_it_holds(piece: str) -> None:
    """A fifth of a megabyte takes about a second where it is nothing but names; quadratic ways would take minutes."""
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    CATALOGUE.spans(text)
    assert time.process_time() - started < 10


def test_people_speak_for_their_companies() -> None:
    for entry in CATALOGUE:
        if entry.ceo and entry.ceo != "Elon Musk":
            assert CATALOGUE.speaks_for(entry.ceo) is entry
            assert entry.ceo not in entry.names
    speaker = CATALOGUE.speaks_for
    assert speaker("Elon Musk") is None
    for form in ("CC Wei", "C. C. Wei", "c.c. wei", "Wei C.C.", "C.C. Wei's"):
        assert speaker(form) is CATALOGUE.lookup("TSMC"), form
    assert speaker("Noh-jung Kwak") is CATALOGUE.lookup("SK hynix")
    assert speaker("NVIDIA") is None
    text = "SoftBank's Masayoshi Son met Sam Altman and Elon Musk."
    assert [text[a:b] for a, b, _ in CATALOGUE.leader_spans(text)] == ["Masayoshi Son", "Sam Altman"]


def test_a_spotter_of_nothing_finds_nothing() -> None:
    assert Spotter[int]([]).find("NVIDIA") == ()
    assert Spotter([Spelling("x", 1)]).find("x xx X") == ((0, 1, 1), (5, 6, 1))


# ---------------------------------------------------------------- the rules


def rules(kind: str) -> list[dict[str, str]]:
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["rule"] == kind]


def test_every_rule_has_its_reason_and_its_place() -> None:
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    assert len({(row["name"], row["rule"]) for row in every}) == len(every)
    assert all(row["reason"].strip() for row in every)
    for row in every:
        assert bool(row["id"]) is (row["rule"] in ("case", "alone")), row
    for row in rules("not"):
        assert named(row["name"]) is None
        assert spotted(row["name"]) == []
    for row in rules("not-ticker"):
        assert named(row["name"]) is None
        assert any(ticker.endswith(":" + row["name"]) for entry in CATALOGUE for ticker in entry.tickers)
    for row in [*rules("case"), *rules("alone")]:
        assert named(row["name"]) == row["id"]


# ---------------------------------------------------------------- a reader's own files


def file(folder: Path, text: str | bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_a_file_adds_entries_and_aliases(tmp_path: Path) -> None:
    parties = file(
        tmp_path,
        "\ufeffkind,id,name,country,tickers,aliases,parent,ceo\r\n"
        'chip-designer,newco,Newco,DE,XETRA:NEW,"Newco GmbH|Neue ""Chip"" AG",nvidia,Erika Muster\r\n'
        "\r\n"
        "foundry,tsmc,TSMC,,,T-S-M-C Fab,,\r\n",
    )
    products = file(tmp_path, f"{PRODUCTS}\nnewchip,Newchip 1,gpu,newco,NC1,2026-01\n", "products.csv")
    mine = Catalogue.bundled([parties, products])
    assert mine.lookup("NC1s").id == "newchip"
    assert mine.developer(mine.lookup("Newchip 1")) is mine.lookup("XETRA:NEW")
    assert mine.lookup("newco").aliases == ("Newco GmbH", 'Neue "Chip" AG')
    tsmc = mine.lookup("TSMC Fab") if mine.resolve("TSMC Fab") else mine.lookup("T-S-M-C Fab")
    assert tsmc.id == "tsmc"
    assert tsmc.country == "TW"
    assert "台积电" in tsmc.aliases
    speaker = mine.speaks_for("Erika Muster")
    assert speaker is not None
    assert speaker.id == "newco"
    assert len(mine) == len(CATALOGUE) + 2
    assert CATALOGUE.resolve("Newco") is None
    assert Catalogue.bundled([parties, products]) is mine
    file(tmp_path, f"{PRODUCTS}\nnewchip,Newchip 1,gpu,newco,NC1|NC-One,2026-01\n", "products.csv")
    assert Catalogue.bundled([parties, products]).lookup("NC-One").id == "newchip"


def test_a_name_that_a_rule_rules_out_can_be_given_to_an_entry(tmp_path: Path) -> None:
    rows = "arm-china,ARM China,eda-ip-vendor,CN,,,,\nemc,Dell EMC,other,US,NYSE:ON,,,\n"
    mine = Catalogue.bundled([file(tmp_path, f"{ORGANISATIONS}\n{rows}")])
    assert [entry.id for entry in map(mine.lookup, ("Arm China", "Dell EMC", "NYSE:ON"))] == ["arm-china", "emc", "emc"]
    assert [entry.id for _, _, entry in mine.spans("Arm China and Dell EMC")] == ["arm-china", "emc"]
    assert mine.resolve("ON") is None


def test_what_two_entries_share_stands_for_neither(tmp_path: Path) -> None:
    rows = "a,Alpha Inc.,other,,XX:ALPH,,,Ann Lee\nb,Alpha Ltd.,other,,YY:ALPH,,,Ann Lee\n"
    mine = Catalogue.bundled([file(tmp_path, f"{ORGANISATIONS}\n{rows}")])
    assert [mine.resolve(name) for name in ("Alpha", "ALPH")] == [None, None]
    assert mine.speaks_for("Ann Lee") is None
    assert mine.spans("Alpha rose, ALPH too, said Ann Lee") == ()
    assert [entry.id for entry in map(mine.lookup, ("Alpha Inc", "Alpha Ltd", "YY:ALPH"))] == ["a", "b", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n", "the file is empty"),
        ("id,name,kind\na,b,c\n", ":1: no column 'country'"),
        (f"{PRODUCTS.replace(',aliases', '')}\n", ":1: no column 'aliases'"),
        (f"{ORGANISATIONS}\nx,X,fab,,,,,\n", ":2: unknown kind 'fab'; one of foundry, "),
        (f"{ORGANISATIONS}\nx,X,gpu,,,,,\n", ":2: unknown kind 'gpu'"),
        (f"{ORGANISATIONS}\nx,X,other,,,,,\n\nx,Y,other,,,,,\n", ":4: id 'x' stands in line 2 already"),
        (f'{ORGANISATIONS}\nx,"X\nX",other,,,,,\nx,Y,other,,,,,\n', ":4: id 'x' stands in line 2 already"),
        (f"{ORGANISATIONS}\nx,{'X' * 500},other,,,,,\n", ":2: a name of 500 letters"),
        (f"{ORGANISATIONS}\nx,X,other\n", ":2: 3 fields under 8 columns"),
        (f"{ORGANISATIONS}\n,X,other,,,,,\n", ":2: no id"),
        (f"{ORGANISATIONS}\nx,,other,,,,,\n", ":2: no name"),
        (f"{ORGANISATIONS}\nx,X,,,,,,\n", ":2: no kind"),
        (f"{ORGANISATIONS}\nX Y,X,other,,,,,\n", ":2: 'X Y' can't be an id; write it like 'x-y'"),
        (f"{ORGANISATIONS}\ncandidate-x,X,other,,,,,\n", ":2: 'candidate-x' can't be an id"),
        (f"{ORGANISATIONS}\nx,---,other,,,,,\n", ":2: the name '---' has no letter"),
        (f"{ORGANISATIONS}\nx,X,other,,,,nobody,\n", ":2: parent 'nobody' is the id of no party"),
        (f"{ORGANISATIONS}\nx,X,other,,,,x,\n", ":2: 'x' is its own parent"),
        (f"{ORGANISATIONS}\nx,X,other,,,,y,\ny,Y,other,,,,x,\n", ":2: 'x' is its own parent"),
        (f"{PRODUCTS}\nx,X,gpu,hbm4,,\n", ":2: developer 'hbm4' is the id of no party"),
        (f"{ORGANISATIONS}\ntsmc,Tai Semi,foundry,,,,,\n", ":2: 'tsmc' has the name 'TSMC'"),
        (f"{ORGANISATIONS}\ntsmc,TSMC,idm,,,,,\n", ":2: 'tsmc' has the kind 'foundry'"),
        (f"{PRODUCTS}\ntrendforce,TrendForce,other,,,\n", ":2: 'trendforce' is a party"),
        (f"{ORGANISATIONS}\nx,X,other,,,sk-hynix,,\n", ":2: 'sk-hynix' names 'sk-hynix' already"),
        (f"{ORGANISATIONS}\nx,X,other,,NASDAQ:NVDA,,,\n", ":2: 'NASDAQ:NVDA' names 'nvidia' already"),
        (f'{ORGANISATIONS}\nx,"X"y,other,,,,,\n', ":2: not a CSV table"),
        (f'{ORGANISATIONS}\nx,"X,other,,,,,\n', ":2: not a CSV table"),
        (f"{ORGANISATIONS}\nx,X,other,,,,,\ny,Münch,other".encode("latin-1"), ":3: not UTF-8 text (byte 0xfc)"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a binary file"),
        (f"{ORGANISATIONS}\nx,{'X' * 200_000},other,,,,,\n", ":2: not a CSV table: field larger"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.bundled([path])
    shown = str(caught.value)
    assert shown.startswith(str(path))
    assert message in shown
    assert "\n" not in shown


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(CatalogueError, match="can't be read"):
            Catalogue.bundled([path])


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=60), header=st.sampled_from(["", ORGANISATIONS + "\n", PRODUCTS + "\n"]))
def test_whatever_a_file_holds_the_error_is_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, header: str
) -> None:
    path, message = file(tmp_path_factory.mktemp("any"), header.encode() + data), ""
    try:
        Catalogue.bundled([path])
    except CatalogueError as error:
        message = str(error)
    assert "\n" not in message
