"""The network in torch, seen as arrays, so that figures are taken through the same reading code as at run time."""

from pathlib import Path

import numpy as np
import torch

from loaders.extraction.rows import Floats, Ints
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
    def encode(self, ids: Ints, shapes: Ints, mask: Ints) -> tuple[Floats, Floats, Floats]:
        """See the protocol."""
        x, tags, gate = self.model.encode(*map(torch.from_numpy, (ids, shapes, mask)))
        return x.numpy(), tags.softmax(-1).numpy(), gate.sigmoid().numpy()

    @torch.no_grad()
    def relate(
        self, states: Floats, mask: Ints, mark: Ints, subject: Floats, objects: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """See the protocol."""
        relation, pair, attention, pieces = self.model.relate(
            *map(torch.from_numpy, (states, mask, mark, subject, objects))
        )
        return relation.sigmoid().numpy(), pair.numpy(), attention.numpy(), pieces.numpy()

    @torch.no_grad()
    def describe(
        self, pair: Floats, predicate: Ints, pieces: Floats, mask: Ints
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """See the protocol."""
        out = self.model.describe(*map(torch.from_numpy, (pair, np.ascontiguousarray(predicate), pieces, mask)))
        return tuple(part.numpy() for part in out)  # type: ignore[return-value]
