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
"""What a claim points at: where its item begins and, once that is chosen, where it ends, and its quantities."""


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


class Among(nn.Module):
    """Pairs look at the others of their subject, at those of their object, and at their reverse; at first it adds nothing.

    "Of the two, it was Foxconn that got the racks": which pair holds is told by what holds of the other one.
    The attention goes along both axes of the grid of pairs (criss-cross attention, arXiv:1811.11721).
    """

    def __init__(self, width: int, heads: int, drop: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        nn.init.zeros_(self.o.weight)
        nn.init.zeros_(self.o.bias)
        # Apart, and in the form in which they are added, so that an exported graph keeps their names.
        self.way = nn.ParameterList(torch.zeros(heads, 1, 1, 1) for _ in range(3))
        self.drop = Dropout(drop)

    def forward(self, x: Tensor, pairs: "Pairs") -> Tensor:
        """Pair states → the same."""
        y = self.norm(x)
        q, k, v = (
            pairs.grid(part(y)).unflatten(-1, (self.heads, -1)).permute(0, 3, 1, 2, 4)
            for part in (self.q, self.k, self.v)
        )  # (texts, heads, subjects, objects, …)
        there = pairs.grid(torch.ones_like(x[..., :1]))[:, None, ..., 0]
        turned, names = there.transpose(2, 3), pairs.names
        scores = torch.cat(
            [
                q @ k.transpose(3, 4) + self._far(0, there[:, :, :, None]),
                (q.transpose(2, 3) @ k.transpose(2, 3).transpose(3, 4)).transpose(2, 3)
                + self._far(1, turned[:, :, None]),
                (q * k.transpose(2, 3)).sum(-1, keepdim=True) + self._far(2, turned[..., None]),
            ],
            -1,
        )
        own, others, back = (scores / math.sqrt(q.shape[-1])).softmax(-1).split([names, names, 1], -1)
        seen = own @ v + (others.transpose(2, 3) @ v.transpose(2, 3)).transpose(2, 3) + back * v.transpose(2, 3)
        return x + self.drop(self.o(pairs.cut(seen.permute(0, 2, 3, 1, 4).flatten(3)).view_as(x)))

    def _far(self, way: int, there: Tensor) -> Tensor:
        return self.way[way] + (1 - there) * -1e5


class Pairs:
    """Pairs (texts, pairs) of names; with ``live``, states are kept for those alone, in one row after the other."""

    def __init__(self, pairs: Tensor, names: int, live: Tensor | None) -> None:
        base = torch.arange(pairs.shape[0])[:, None] * names
        self.subject, self.object = pairs[..., 0] + base, pairs[..., 1] + base
        self.at = None if live is None else live.flatten().nonzero()[:, 0]
        self.shape = pairs.shape[:2]
        self.names = names
        self.cells = self.flat(self.subject * names + pairs[..., 1]).flatten()

    def flat(self, x: Tensor) -> Tensor:
        """(texts, pairs, …) → the live ones."""
        return x if self.at is None else x.flatten(0, 1).index_select(0, self.at)

    def square(self, x: Tensor) -> Tensor:
        """The live ones → (texts, pairs, …)."""
        if self.at is None:
            return x
        empty = x.new_zeros(self.shape[0] * self.shape[1], *x.shape[1:])
        return empty.index_copy(0, self.at, x).view(*self.shape, *x.shape[1:])

    def grid(self, x: Tensor) -> Tensor:
        """The live ones → (texts, subjects, objects, …), zero where there is none."""
        size = (len(self.subject), self.names, self.names)
        empty = x.new_zeros(math.prod(size), x.shape[-1])
        return empty.index_copy(0, self.cells, x.reshape(-1, x.shape[-1])).view(*size, -1)

    def cut(self, grid: Tensor) -> Tensor:
        """(texts, subjects, objects, …) → the live ones."""
        return grid.flatten(0, 2).index_select(0, self.cells)

    def subjects(self, of_names: Tensor) -> Tensor:
        """(texts, names, …) → each pair's subject's, (texts, pairs, …)."""
        return of_names.flatten(0, 1)[self.subject]

    def objects(self, of_names: Tensor) -> Tensor:
        """(texts, names, …) → each pair's object's, (texts, pairs, …)."""
        return of_names.flatten(0, 1)[self.object]


class Extractor(nn.Module):
    """``upper``: how many top layers read on with the names marked; ``late``: how many of them the pairs hear beside the layer
    below them; ``frozen``: how many low ones stay as they are.
    """

    def __init__(
        self,
        encoder: Encoder,
        upper: int = 2,
        late: int = 0,
        inner: int = 384,
        looks: int = 2,
        drop: float = 0.1,
        frozen: int = 0,
    ) -> None:
        super().__init__()
        self.frozen = frozen
        self.late = late
        self.encoder = encoder
        self.shared = len(encoder.layers) - upper
        self.inner = inner
        self.tag = nn.Linear(encoder.width, TAGS)
        self.mark_ = nn.Embedding(MARKS, encoder.width)
        nn.init.normal_(self.mark_.weight, std=0.1)
        nn.init.zeros_(self.mark_.weight[0])
        self.memory = nn.Sequential(nn.Linear(encoder.width, inner), nn.LayerNorm(inner))
        if late:
            self.heard = nn.Linear(encoder.width, inner, bias=False)
            nn.init.zeros_(self.heard.weight)
        self.kind = nn.Embedding(MARKS, inner)
        nn.init.normal_(self.kind.weight, std=0.3)
        self.us, self.them = nn.Linear(inner, 2 * inner), nn.Linear(inner, 2 * inner)
        self.pair = nn.Sequential(nn.GELU(), nn.Linear(inner, inner), nn.LayerNorm(inner), Dropout(drop))
        self.looks = nn.ModuleList(Look(inner, 8, drop) for _ in range(looks))
        self.among = nn.ModuleList(Among(inner, 8, drop) for _ in range(looks))
        self.relation = nn.Linear(inner, len(PREDICATES))
        nn.init.constant_(self.relation.bias, -4.0)
        self.predicate = nn.Embedding(len(PREDICATES), inner)
        nn.init.normal_(self.predicate.weight, std=0.3)
        self.claim = nn.Sequential(nn.Linear(2 * inner, inner), nn.GELU(), nn.LayerNorm(inner), Dropout(drop))
        self.status, self.attribution = nn.Linear(inner, len(STATUSES)), nn.Linear(inner, len(ATTRIBUTIONS))
        self.pointer = nn.ModuleList(nn.Linear(inner, inner) for _ in POINTERS)
        self.fall, self.said = nn.Linear(inner, inner), nn.Linear(inner, inner)
        self.of = nn.Linear(inner, inner)
        nn.init.zeros_(self.of.weight)
        nn.init.zeros_(self.of.bias)

    @classmethod
    def start(cls, folder: Path, recipe: dict[str, Any]) -> "Extractor":
        """An untrained extractor on the pretrained encoder of ``folder``."""
        encoder = Encoder.pretrained(folder, recipe["layers"], recipe["drop"])
        return cls(encoder, *(recipe[name] for name in ("upper", "late", "inner", "looks", "drop", "frozen")))

    def encode(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """States (texts, pieces, width) and tag scores (texts, pieces, TAGS)."""
        x = self.encoder.lower(ids, shapes, self.encoder.bias(mask), self.frozen, self.shared)
        return x, self.tag(x)

    def mark(self, x: Tensor, mask: Tensor, mark: Tensor) -> Tensor:
        """What is read (texts, pieces, inner) once the names' types are marked."""
        bias = self.encoder.bias(mask)
        x = x + self.mark_(mark)
        layers = self.encoder.layers[self.shared :]
        middle = len(layers) - self.late
        for layer in layers[:middle]:
            x = layer(x, bias)
        if not self.late:
            return self.memory(x)
        narrow, norm = self.memory
        seen = narrow(x)
        for layer in layers[middle:]:
            x = layer(x, bias)
        return norm(seen + self.heard(x))

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
        for look, among in zip(self.looks, self.among, strict=True):
            x, attention = look(x, memory, far, near, grid)
            x = among(x, grid)
        return self.relation(x), x, grid.flat(attention)

    def point(
        self, pair: Tensor, predicate: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """For claims: their states, and scores of where their items may begin (claims, pieces); piece 0 is "none".

        ``memory`` is one text's (pieces, inner) or one for each claim, with its ``mask``.
        """
        claim = self.claim(torch.cat([pair, self.predicate(predicate)], -1))
        return claim, self._scores(self.pointer[0](claim)[:, None], memory, mask)[:, 0]

    def describe(
        self, claim: Tensor, item: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """For claims whose items begin at ``item``: status and attribution scores, pointers (claims, POINTERS but the first, pieces),
        falls (claims, pieces), and where they are said (claims, pieces).
        """
        about = memory[item] if memory.dim() == 2 else memory[torch.arange(len(item)), item]
        claim = claim + self.of(about)
        asks = [*(pointer(claim) for pointer in self.pointer[1:]), self.fall(claim), self.said(claim)]
        scores = self._scores(torch.stack(asks, 1), memory, mask)
        return self.status(claim), self.attribution(claim), scores[:, :-2], scores[:, -2], scores[:, -1]

    def _scores(self, asks: Tensor, memory: Tensor, mask: Tensor | None) -> Tensor:
        scores = asks @ memory.transpose(-1, -2) / math.sqrt(self.inner)
        return scores if mask is None else scores + (1 - mask[:, None].to(memory.dtype)) * -1e4
