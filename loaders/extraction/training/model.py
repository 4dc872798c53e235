"""The joint extractor: a tagger and a relation reader on one encoder, which reads a text once.

The lower layers feed the tagger. With the names' types marked, the upper layers read on; every ordered pair of names then
looks at the text's pieces through a few layers of attention, and says which relations hold, where the words stand that
say so, and the claims' fields.
"""

import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from loaders.extraction.decode import TAGS
from loaders.extraction.labels import ATTRIBUTIONS, FIELDS, PREDICATES, STATUSES
from loaders.extraction.pairs import MARKS, NEAR
from loaders.extraction.training.encoder import Dropout, Encoder

POINTERS = ("start", "end", *FIELDS)


class Look(nn.Module):
    """Pairs look at the pieces of their text; each head has a liking for places beside the subject and beside the object."""

    def __init__(self, width: int, heads: int, drop: float) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.subject, self.object = nn.Embedding(NEAR, heads), nn.Embedding(NEAR, heads)
        for table in (self.subject, self.object):
            nn.init.normal_(table.weight, std=0.3)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.drop = Dropout(drop)

    def forward(self, x: Tensor, memory: Tensor, far: Tensor, near: Tensor, pairs: "Pairs") -> tuple[Tensor, Tensor]:
        """Pair states → the same, and the attention of the first head."""
        texts, _, width = memory.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(texts, -1, self.heads, width // self.heads).transpose(1, 2)

        places = pairs.subjects(self.subject(near)) + pairs.objects(self.object(near))
        scores = heads(pairs.square(self.q(x))) @ heads(self.k(memory)).transpose(2, 3) / math.sqrt(width // self.heads)
        attention = (scores + places.permute(0, 3, 1, 2) + far).softmax(-1)
        seen = (attention @ heads(self.v(memory))).transpose(1, 2).reshape(texts, -1, width)
        x = self.norm1(x + self.drop(self.o(pairs.flat(seen))))
        return self.norm2(x + self.drop(self.down(F.gelu(self.up(x))))), attention[:, 0]


class Pairs:
    """Pairs (texts, pairs) of names; with ``live``, states are kept for those alone, in one row after the other."""

    def __init__(self, pairs: Tensor, names: int, live: Tensor | None) -> None:
        base = torch.arange(pairs.shape[0])[:, None] * names
        self.subject, self.object = pairs[..., 0] + base, pairs[..., 1] + base
        self.at = None if live is None else live.flatten().nonzero()[:, 0]
        self.shape = pairs.shape[:2]

    def flat(self, x: Tensor) -> Tensor:
        """(texts, pairs, …) → the live ones."""
        return x if self.at is None else x.flatten(0, 1).index_select(0, self.at)

    def square(self, x: Tensor) -> Tensor:
        """The live ones → (texts, pairs, …)."""
        if self.at is None:
            return x
        empty = x.new_zeros(self.shape[0] * self.shape[1], *x.shape[1:])
        return empty.index_copy(0, self.at, x).view(*self.shape, *x.shape[1:])

    def subjects(self, of_names: Tensor) -> Tensor:
        """(texts, names, …) → each pair's subject's, (texts, pairs, …)."""
        return of_names.flatten(0, 1)[self.subject]

    def objects(self, of_names: Tensor) -> Tensor:
        """(texts, names, …) → each pair's object's, (texts, pairs, …)."""
        return of_names.flatten(0, 1)[self.object]


class Extractor(nn.Module):
    """``upper``: how many top layers read on with the names marked; ``frozen``: how many low ones stay as they are."""

    def __init__(
        self, encoder: Encoder, upper: int = 2, inner: int = 384, looks: int = 2, drop: float = 0.1, frozen: int = 0
    ) -> None:
        super().__init__()
        self.frozen = frozen
        self.encoder = encoder
        self.shared = len(encoder.layers) - upper
        self.inner = inner
        self.tag = nn.Linear(encoder.width, TAGS)
        self.mark_ = nn.Embedding(MARKS, encoder.width)
        nn.init.normal_(self.mark_.weight, std=0.1)
        nn.init.zeros_(self.mark_.weight[0])
        self.memory = nn.Sequential(nn.Linear(encoder.width, inner), nn.LayerNorm(inner))
        self.kind = nn.Embedding(MARKS, inner)
        nn.init.normal_(self.kind.weight, std=0.3)
        self.us, self.them = nn.Linear(inner, 2 * inner), nn.Linear(inner, 2 * inner)
        self.pair = nn.Sequential(nn.GELU(), nn.Linear(inner, inner), nn.LayerNorm(inner), Dropout(drop))
        self.looks = nn.ModuleList(Look(inner, 8, drop) for _ in range(looks))
        self.relation = nn.Linear(inner, len(PREDICATES))
        nn.init.constant_(self.relation.bias, -4.0)
        self.predicate = nn.Embedding(len(PREDICATES), inner)
        nn.init.normal_(self.predicate.weight, std=0.3)
        self.claim = nn.Sequential(nn.Linear(2 * inner, inner), nn.GELU(), nn.LayerNorm(inner), Dropout(drop))
        self.status, self.attribution = nn.Linear(inner, len(STATUSES)), nn.Linear(inner, len(ATTRIBUTIONS))
        self.pointer = nn.ModuleList(nn.Linear(inner, inner) for _ in POINTERS)
        self.fall = nn.Linear(inner, inner)

    @classmethod
    def start(cls, folder: Path, recipe: dict[str, Any]) -> "Extractor":
        """An untrained extractor on the pretrained encoder of ``folder``."""
        encoder = Encoder.pretrained(folder, recipe["layers"], recipe["drop"])
        return cls(encoder, *(recipe[name] for name in ("upper", "inner", "looks", "drop", "frozen")))

    def encode(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """States (texts, pieces, width) and tag scores (texts, pieces, TAGS)."""
        x = self.encoder.lower(ids, shapes, self.encoder.bias(mask), self.frozen, self.shared)
        return x, self.tag(x)

    def mark(self, x: Tensor, mask: Tensor, mark: Tensor) -> Tensor:
        """What is read (texts, pieces, inner) once the names' types are marked."""
        bias = self.encoder.bias(mask)
        x = x + self.mark_(mark)
        for layer in self.encoder.layers[self.shared :]:
            x = layer(x, bias)
        return self.memory(x)

    def relate(
        self,
        memory: Tensor,
        mask: Tensor,
        kinds: Tensor,
        near: Tensor,
        pool: Tensor,
        pairs: Tensor,
        live: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """For the pairs (texts, pairs, 2), or the ``live`` ones of them in a row: relation scores, pair states, trigger attention."""
        grid = Pairs(pairs, kinds.shape[1], live)
        far = (1 - mask[:, None, None].to(memory.dtype)) * -1e4
        names = pool @ memory + self.kind(kinds)
        us, them = grid.flat(grid.subjects(self.us(names))), grid.flat(grid.objects(self.them(names)))
        plain, turned = us.chunk(2, -1), them.chunk(2, -1)
        x = self.pair(plain[0] + turned[0] + plain[1] * turned[1])
        for look in self.looks:
            x, attention = look(x, memory, far, near, grid)
        return self.relation(x), x, grid.flat(attention)

    def describe(
        self, pair: Tensor, predicate: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """For claims: status and attribution scores, pointers (claims, POINTERS, pieces; piece 0 is "none"), falls (claims, pieces).

        ``memory`` is one text's (pieces, inner) or one for each claim, with its ``mask``.
        """
        claim = self.claim(torch.cat([pair, self.predicate(predicate)], -1))
        ask = torch.stack([*(pointer(claim) for pointer in self.pointer), self.fall(claim)], 1)
        scores = ask @ memory.transpose(-1, -2) / math.sqrt(self.inner)
        if mask is not None:
            scores = scores + (1 - mask[:, None].to(memory.dtype)) * -1e4
        return self.status(claim), self.attribution(claim), scores[:, : len(POINTERS)], scores[:, len(POINTERS)]
