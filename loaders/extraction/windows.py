"""Sentences → windows: neighbouring sentences that are read together, so that "The company" finds its party.

A window has sentences of its own, whose claims it gives, and before them some context, which only helps to understand.
Every sentence is some window's own exactly once. Windows never reach across a part of the document.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loaders.claim import Sentence

_GLOSS = re.compile(r"\s*[(（][^()（）]*[\u3040-\u9fff\uac00-\ud7af][^()（）]*[)）]")
_GLOSSED = re.compile(r"(?<![^\W\d_])[\u3040-\u9fff\uac00-\ud7af]{2,}\s*[(（](?=[A-Z])([^()（）]*)[)）]")


@dataclass(frozen=True)
class Window:
    """A text for the network; ``places`` says where each sentence stands in it, ``own`` which of them it answers for."""

    text: str
    sentences: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    own: int

    def sentence_at(self, place: int) -> int | None:
        """The sentence of its own that holds a place of the text, or ``None``."""
        for n, (sentence, (start, end)) in enumerate(zip(self.sentences, self.places, strict=True)):
            if start <= place < end:
                return sentence if n >= self.own else None
        return None


def readable(text: str) -> str:
    """A sentence as the network likes it: without native-script glosses beside a Latin name.

    >>> readable("SoftBank's 孙正义 (Masayoshi Son) met Sunrise (曦望).")
    "SoftBank's Masayoshi Son met Sunrise."
    """
    text = re.sub(r"(?<=['’]s)(?=[\u3040-\u9fff\uac00-\ud7af])", " ", text)
    return _GLOSS.sub("", _GLOSSED.sub(r"\1", text))


def windows(
    sentences: Sequence[Sentence], size: Callable[[str], int], most: int = 160, context: int = 1
) -> list[Window]:
    """Cut a document's sentences into windows of at most ``most`` by ``size`` (one longer sentence stands alone).

    ``context``: how many sentences of the same paragraph are repeated before a window that begins inside it.
    """
    texts = [readable(s.text) for s in sentences]
    sizes = [size(text) for text in texts]
    out: list[Window] = []
    at = 0
    while at < len(sentences):
        first = at
        while first > 0 and at - first < context and _together(sentences[first - 1], sentences[at]):
            if sum(sizes[first - 1 : at + 1]) > most:
                break
            first -= 1
        end, total = at + 1, sum(sizes[first : at + 1])
        while end < len(sentences) and sentences[end].part == sentences[at].part and total + sizes[end] <= most:
            if not _belongs(sentences[at], sentences[end]):
                break
            total += sizes[end]
            end += 1
        out.append(_window(sentences, texts, first, at, end))
        at = end
    return out


def _together(one: Sentence, other: Sentence) -> bool:
    return (one.part, one.paragraph) == (other.part, other.paragraph)


def _belongs(one: Sentence, other: Sentence) -> bool:
    return (one.part, one.heading) == (other.part, other.heading)


def _window(sentences: Sequence[Sentence], texts: Sequence[str], first: int, own: int, end: int) -> Window:
    text, places = "", []
    for i in range(first, end):
        if text:
            text += " " if _together(sentences[i - 1], sentences[i]) else "\n"
        places.append((len(text), len(text) + len(texts[i])))
        text += texts[i]
    return Window(text, tuple(range(first, end)), tuple(places), own - first)
