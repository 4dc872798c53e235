"""BERT and MPNet encoders in plain torch, filled from published safetensors (no transformers dependency)."""

import json
import math
from pathlib import Path
from typing import ClassVar

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from loaders.extraction.tokens import SHAPES


class Dropout(nn.Module):
    """Dropout whose mask is cut from one pool of random bits: drawing fresh bits costs more than the layer itself on a CPU."""

    POOL = 1 << 23
    _pools: ClassVar[dict[float, Tensor]] = {}

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Drop, while training, about ``rate`` of the values."""
        if not self.training or not self.rate:
            return x
        if self.rate not in self._pools:
            self._pools[self.rate] = (torch.rand(self.POOL) >= self.rate).to(x.dtype) / (1 - self.rate)
        pool, size = self._pools[self.rate], x.numel()
        if size >= self.POOL:
            pool = pool.repeat(size // self.POOL + 2)
        start = int(torch.randint(0, pool.numel() - size, ()))
        return x * pool[start : start + size].view(x.shape)


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self, width: int, heads: int, inner: int, eps: float, drop: float) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.drop = Dropout(drop)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """(texts, pieces, width) → the same; ``bias`` is added to the attention scores."""
        batch, length, width = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        # Spelt out: the fused kernel's way back takes a quarter of a step on a processor.
        scores = heads(self.q(x)) @ heads(self.k(x)).transpose(2, 3) / math.sqrt(width // self.heads) + bias
        y = scores.softmax(-1) @ heads(self.v(x))
        x = self.norm1(x + self.drop(self.o(y.transpose(1, 2).reshape(batch, length, width))))
        return self.norm2(x + self.drop(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    """Embeddings and layers of a pretrained model, with an embedding of word shapes added; at most ``layers`` of its layers."""

    def __init__(self, config: dict[str, object], layers: int = 0, drop: float = 0.1) -> None:
        super().__init__()
        get = lambda key: int(config[key])  # type: ignore[call-overload]  # noqa: E731
        self.mpnet = config["model_type"] == "mpnet"
        self.width, heads, eps = get("hidden_size"), get("num_attention_heads"), float(config["layer_norm_eps"])  # type: ignore[arg-type]
        count = min(layers or 99, get("num_hidden_layers"))
        self.word = nn.Embedding(get("vocab_size"), self.width)
        self.position = nn.Embedding(get("max_position_embeddings"), self.width)
        self.shape = nn.Embedding(SHAPES, self.width)
        nn.init.zeros_(self.shape.weight)
        self.norm = nn.LayerNorm(self.width, eps)
        self.layers = nn.ModuleList(Layer(self.width, heads, get("intermediate_size"), eps, drop) for _ in range(count))
        self.relative = nn.Embedding(get("relative_attention_num_buckets"), heads) if self.mpnet else None
        self.drop = Dropout(drop)

    @classmethod
    def pretrained(cls, folder: Path, layers: int = 0, drop: float = 0.1) -> "Encoder":
        """The encoder of ``folder`` (config.json, model.safetensors)."""
        encoder = cls(json.loads((folder / "config.json").read_text()), layers, drop)
        encoder.fill(load_file(folder / "model.safetensors"))
        return encoder

    def fill(self, weights: dict[str, Tensor]) -> None:
        """Take over published weights."""
        w = {key.removeprefix("bert.").removeprefix("mpnet."): value for key, value in weights.items()}

        def copy(module: nn.Module, key: str) -> None:
            module.weight.data.copy_(w[f"{key}.weight"])  # type: ignore[union-attr, operator]
            if getattr(module, "bias", None) is not None:
                module.bias.data.copy_(w[f"{key}.bias"])  # type: ignore[union-attr, operator]

        copy(self.word, "embeddings.word_embeddings")
        copy(self.position, "embeddings.position_embeddings")
        if not self.mpnet:
            self.position.weight.data += w["embeddings.token_type_embeddings.weight"][0]
        copy(self.norm, "embeddings.LayerNorm")
        names = (
            {"q": "attention.attn.q", "k": "attention.attn.k", "v": "attention.attn.v", "o": "attention.attn.o", "norm1": "attention.LayerNorm"}
            if self.mpnet
            else {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "o": "attention.output.dense",
                  "norm1": "attention.output.LayerNorm"}
        ) | {"up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm"}  # fmt: skip
        for i, layer in enumerate(self.layers):
            for ours, theirs in names.items():
                copy(getattr(layer, ours), f"encoder.layer.{i}.{theirs}")
        if self.relative is not None:
            copy(self.relative, "encoder.relative_attention_bias")

    def embed(self, ids: Tensor) -> Tensor:
        """(texts, pieces) → (texts, pieces, width), before normalisation."""
        place = torch.arange(ids.shape[1]) + (2 if self.mpnet else 0)
        return self.word(ids) + self.position(place)[None]

    def lower(self, ids: Tensor, shapes: Tensor, bias: Tensor, frozen: int, layers: int) -> Tensor:
        """The states after ``layers`` layers, of which ``frozen`` are not trained; the shapes come in above those."""
        if not frozen:
            x = self.drop(self.norm(self.embed(ids) + self.shape(shapes)))
        else:
            with torch.no_grad():
                x = self.norm(self.embed(ids))
                for layer in self.layers[:frozen]:
                    x = layer(x, bias)
            x = x + self.shape(shapes)
        for layer in self.layers[frozen:layers]:
            x = layer(x, bias)
        return x

    def bias(self, mask: Tensor) -> Tensor:
        """What is added to attention scores: padding is far away; MPNet adds its relative places."""
        bias = (1.0 - mask[:, None, None, :].to(self.word.weight.dtype)) * -1e4
        if self.relative is None:
            return bias
        place = torch.arange(mask.shape[1])
        back = place[:, None] - place[None]
        half = self.relative.num_embeddings // 2
        far = back.abs()
        log = (
            half // 2
            + (
                torch.log(far.float().clamp(min=1) / (half // 2)) / math.log(128 / (half // 2)) * (half - half // 2)
            ).long()
        )
        bucket = (back < 0).long() * half + torch.where(far < half // 2, far, log.clamp(max=half - 1))
        return bias + self.relative(bucket).permute(2, 0, 1)[None]
