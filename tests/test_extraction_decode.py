"""From tag scores to names, and from sentences to windows."""

from collections.abc import Sequence

import numpy as np
import pytest

from loaders.claim import Sentence
from loaders.extraction.decode import TAGS, Mention, everywhere, mentions
from loaders.extraction.labels import KINDS, TYPES
from loaders.extraction.network import MODEL
from loaders.extraction.pairs import Entity, ask
from loaders.extraction.tokens import Tokeniser, shape
from loaders.extraction.windows import readable, windows
from ontology import terms

pytestmark = pytest.mark.skipif(not (MODEL / "tokenizer.json").exists(), reason="no model in the tree")


def tagged(text: str, names: dict[str, str], unsure: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Decode ``text`` with perfect tags for ``names`` (word pieces in ``unsure`` say nothing)."""
    tokens = Tokeniser(MODEL / "tokenizer.json")(text)
    scores = np.zeros((len(tokens), TAGS), np.float32)
    scores[:, 0] = 0.6
    for name, kind in names.items():
        start = text.index(name)
        for j, t in enumerate(tokens.within(start, start + len(name))):
            a, b = tokens.offsets[t]
            if text[a:b] not in unsure:
                scores[t] = 0
                scores[t, 1 + 2 * TYPES.index(kind) + (j > 0)] = 1
    return [(text[m.start : m.end], m.type) for m in mentions(text, tokens.offsets, scores)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SK Hynix ships HBM4 to NVIDIA.", {"SK Hynix": "organisation", "HBM4": "product", "NVIDIA": "organisation"}),
        ("Alibaba's Qwen3-Max-Thinking is out", {"Alibaba": "organisation", "Qwen3-Max-Thinking": "product"}),
        ("“GPT-5.2,” said OpenAI’s Altman", {"GPT-5.2": "product", "OpenAI": "organisation", "Altman": "person"}),
        ("AT&S and C&C", {"AT&S": "organisation", "C&C": "organisation"}),
    ],
)
def test_names_come_out_whole(text: str, names: dict[str, str]) -> None:
    assert tagged(text, names) == list(names.items())


def test_half_tagged_names_are_completed() -> None:
    assert tagged("Qwen3-Max-Thinking leads", {"Qwen3-Max": "product"}) == [("Qwen3-Max-Thinking", "product")]
    assert tagged("TSMC's fab", {"TSMC's": "organisation"}) == [("TSMC", "organisation")]


def test_quantities_and_stop_words_are_no_names() -> None:
    assert tagged("It cost $30 billion in all", {"$30 billion": "product", "It": "organisation"}) == []


def test_a_name_counts_wherever_it_stands() -> None:
    text = "AMD said that AMD-like chips are no AMDs; AMD left."
    found = everywhere(text, [Mention(0, 3, "organisation", 0.9)])
    assert [m.start for m in found] == [0, 14, 42]


def test_shapes_give_back_case() -> None:
    assert [shape(w) for w in ("HBM4", "Nvidia", "iPhone", "won", "2028", "...")] == [5, 2, 4, 1, 6, 0]


def test_people_are_never_asked_for_relations() -> None:
    named = [
        Entity("Son", "person", (1,)),
        Entity("SoftBank", "organisation", (2, 3)),
        Entity("OpenAI", "organisation", (5,)),
    ]
    asked = ask(named, 7)
    assert asked.names == (None, 1, 2)
    assert asked.pairs.tolist() == [[1, 0], [1, 2], [2, 0], [2, 1]]
    assert asked.mark.tolist() == [0, 3, 1, 1, 0, 1, 0]
    assert asked.pool[1].tolist() == [0, 0, 0.5, 0.5, 0, 0, 0]
    assert asked.near[2].tolist() == [11, 10, 10, 9, 8, 1, 2]


def test_the_network_is_told_the_kinds_that_the_catalogue_has() -> None:
    assert {*KINDS, "other"} == {*terms.PARTY_KINDS, *terms.PRODUCT_KINDS}
    known = [Entity("TSMC", "organisation", (1,), "foundry"), Entity("Maia", "product", (3,), "ai-accelerator")]
    asked = ask([*known, Entity("Acme", "organisation", (4,), "other")], 6)
    assert asked.mark.tolist() == [0, 4, 0, 4 + KINDS.index("ai-accelerator"), 1, 0]
    assert asked.kinds.tolist() == [0, 4, 4 + KINDS.index("ai-accelerator"), 1]


def sentences(*paragraphs: Sequence[str], part: int = 1) -> list[Sentence]:
    """Sentences of paragraphs, places left out."""
    return [Sentence(text, 0, 0, (), part, n) for n, paragraph in enumerate(paragraphs) for text in paragraph]


def test_every_sentence_is_its_own_in_exactly_one_window() -> None:
    said = sentences([f"Sentence {n} has five words." for n in range(9)], ["Another paragraph."], ["Third one."])
    cut = windows(said, lambda text: len(text.split()), 12, 1)
    own = [i for w in cut for i in w.sentences[w.own :]]
    assert own == list(range(len(said)))
    assert all(sum(len(said[i].text.split()) for i in w.sentences) <= 12 for w in cut)
    assert any(w.own for w in cut)


def test_windows_stay_within_a_part_and_find_their_sentences() -> None:
    said = [*sentences(["One here.", "Two here."]), *sentences(["Three here."], part=2)]
    cut = windows(said, len, 160, 1)
    assert [w.sentences for w in cut] == [(0, 1), (2,)]
    for window in cut:
        for n, (a, b) in zip(window.sentences, window.places, strict=True):
            assert window.text[a:b] == said[n].text
            assert window.sentence_at(a) == n


def test_glosses_in_native_script_are_read_over() -> None:
    assert readable("SoftBank's孙正义 (Masayoshi Son) invests") == "SoftBank's Masayoshi Son invests"
    assert readable("Sunrise (曦望) launched Qiwang S3 (启望 S3)") == "Sunrise launched Qiwang S3"
