"""The network in torch, seen as arrays, so that figures are taken through the same reading code as at run time."""

from pathlib import Path

import torch

from loaders.extraction.pairs import Floats, Ints
from loaders.extraction.training.model import Extractor


class TorchNetwork:
    """Fulfils :class:`loaders.extraction.reading.Network`."""

    def __init__(self, model: Extractor) -> None:
        self.model = model.eval()

    @classmethod
    def load(cls, checkpoint: Path, weights: Path) -> "TorchNetwork":
        """The trained network of a checkpoint on the encoder of ``weights``."""
        state = torch.load(checkpoint, weights_only=True)
        model = Extractor.start(weights, state["recipe"])
        model.load_state_dict(state["model"])
        return cls(model)

    @torch.no_grad()
    def encode(self, ids: Ints, shapes: Ints, mask: Ints) -> tuple[Floats, Floats]:
        """See the protocol."""
        x, tags = self.model.encode(*map(torch.from_numpy, (ids, shapes, mask)))
        return x.numpy(), tags.softmax(-1).numpy()

    @torch.no_grad()
    def mark(self, states: Floats, mask: Ints, mark: Ints) -> Floats:
        """See the protocol."""
        return self.model.mark(*map(torch.from_numpy, (states, mask, mark))).numpy()

    @torch.no_grad()
    def relate(self, memory: Floats, kinds: Ints, near: Ints, pool: Floats, pairs: Ints) -> tuple[Floats, Floats]:
        """See the protocol."""
        asked = [torch.from_numpy(a)[None] for a in (memory, kinds, near, pool, pairs)]
        relation, pair, _ = self.model.relate(asked[0], torch.ones(1, len(memory)), *asked[1:])
        return relation[0].sigmoid().numpy(), pair[0].numpy()

    @torch.no_grad()
    def point(self, pair: Floats, predicate: Ints, memory: Floats) -> tuple[Floats, Floats]:
        """See the protocol."""
        claim, starts = self.model.point(*map(torch.from_numpy, (pair, predicate, memory)))
        return claim.numpy(), starts.numpy()

    @torch.no_grad()
    def describe(self, claim: Floats, item: Ints, memory: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """See the protocol."""
        out = self.model.describe(*map(torch.from_numpy, (claim, item, memory)))
        return tuple(part.numpy() for part in out)  # type: ignore[return-value]
