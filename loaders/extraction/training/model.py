"""The joint extractor: a tagger and a relation reader on one encoder.

Lower layers are shared. The encoder's own top layers feed the tagger and a gate that says which names act at all;
a copy of them reads the text once for each subject, with marks on the names, and gives relations to each object,
where the trigger stands, and the claim's fields.
"""

import copy
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from loaders.extraction.decode import TAGS
from loaders.extraction.labels import ATTRIBUTIONS, FIELDS, PREDICATES, STATUSES, TYPES
from loaders.extraction.training.encoder import Dropout, Encoder

POINTERS = ("start", "end", *FIELDS)


class Extractor(nn.Module):
    """``conditioned``: how many top layers are read again for each subject; ``frozen``: how many low ones stay as they are."""

    def __init__(self, encoder: Encoder, conditioned: int = 3, drop: float = 0.1, frozen: int = 0) -> None:
        super().__init__()
        self.frozen = frozen
        self.encoder = encoder
        width = self.width = encoder.width
        self.shared = len(encoder.layers) - conditioned
        self.reread = nn.ModuleList(copy.deepcopy(layer) for layer in encoder.layers[self.shared :])
        self.tag = nn.Linear(width, TAGS)
        self.gate = nn.Linear(width, 1)
        self.mark = nn.Embedding(1 + 2 * len(TYPES), width)
        nn.init.normal_(self.mark.weight, std=0.15)
        nn.init.zeros_(self.mark.weight[0])
        self.nobody = nn.Parameter(torch.randn(width) * 0.05)
        self.query, self.key = nn.Linear(2 * width, width), nn.Linear(width, width)
        self.pair = nn.Sequential(nn.Linear(5 * width, width), nn.GELU(), nn.LayerNorm(width), Dropout(drop))
        self.relation = nn.Linear(width, len(PREDICATES))
        nn.init.constant_(self.relation.bias, -3.0)
        self.predicate = nn.Embedding(len(PREDICATES), width)
        nn.init.normal_(self.predicate.weight, std=0.3)
        self.claim = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.LayerNorm(width), Dropout(drop))
        self.status, self.attribution = nn.Linear(width, len(STATUSES)), nn.Linear(width, len(ATTRIBUTIONS))
        self.pointer = nn.ModuleList(nn.Linear(width, width) for _ in POINTERS)
        self.fall = nn.Linear(width, width)

    @classmethod
    def start(cls, folder: Path, recipe: dict[str, Any]) -> "Extractor":
        """An untrained extractor on the pretrained encoder of ``folder``."""
        encoder = Encoder.pretrained(folder, recipe["layers"], recipe["drop"])
        return cls(encoder, recipe["conditioned"], recipe["drop"], recipe["frozen"])

    def encode(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Shared states (texts, pieces, width), tag scores (texts, pieces, TAGS), gate (texts, pieces)."""
        bias = self.encoder.bias(mask)
        x = y = self.encoder.lower(ids, shapes, bias, self.frozen, self.shared)
        for layer in self.encoder.layers[self.shared :]:
            y = layer(y, bias)
        return x, self.tag(y), self.gate(y)[..., 0]

    def relate(
        self, x: Tensor, mask: Tensor, mark: Tensor, subject: Tensor, objects: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """For rows of one subject each: relation scores (rows, columns, predicates), pair states (rows, columns, width),
        trigger attention (rows, columns, pieces), piece states (rows, pieces, width)."""
        bias = self.encoder.bias(mask)
        pieces = x + self.mark(mark)
        for layer in self.reread:
            pieces = layer(pieces, bias)
        them = objects @ pieces
        them = torch.cat([self.nobody.expand(them.shape[0], 1, -1), them[:, 1:]], 1)
        us = (subject[:, None] @ pieces).expand(-1, them.shape[1], -1)
        scores = self.query(torch.cat([us, them], -1)) @ self.key(pieces).transpose(1, 2) / math.sqrt(self.width)
        attention = (scores + (1 - mask[:, None].to(scores.dtype)) * -1e4).softmax(-1)
        state = self.pair(torch.cat([us, them, attention @ pieces, pieces[:, :1].expand_as(them), us * them], -1))
        return self.relation(state), state, attention, pieces

    def describe(
        self, pair: Tensor, predicate: Tensor, pieces: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """For claims: status and attribution scores, pointers (claims, POINTERS, pieces; piece 0 is "none"), falls (claims, pieces)."""
        claim = self.claim(torch.cat([pair, self.predicate(predicate)], -1))
        ask = torch.stack([pointer(claim) for pointer in self.pointer], 1)
        pointers = ask @ pieces.transpose(1, 2) / math.sqrt(self.width) + (1 - mask[:, None].to(pieces.dtype)) * -1e4
        falls = (self.fall(claim)[:, None] @ pieces.transpose(1, 2))[:, 0] / math.sqrt(self.width)
        return self.status(claim), self.attribution(claim), pointers, falls
