"""Train the learned reader: ``python -m loaders.extraction.training.train --weights FOLDER --out FOLDER``.

Seeded and resumable: a checkpoint is written every two hundred steps (``--kept``), and the same command goes on from it.
``weights.pt`` holds the last weights, ``mean.pt`` their running mean. ``--fresh q19-,q20- --rest 0.4`` goes over all texts of the
registers that begin so in every pass, and over four in ten of the others: for going on with a model that knows those already.
"""

import argparse
import json
import math
import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from loaders.extraction.labels import FIELDS
from loaders.extraction.tokens import Tokeniser
from loaders.extraction.training.augment import cropped, mostly, name_pool, side_by_side, swap_names
from loaders.extraction.training.batches import UNKNOWN, Batch, by_length, collate
from loaders.extraction.training.corpus import CORPUS, Unit, load, parts
from loaders.extraction.training.model import Extractor

RECIPE: dict[str, Any] = {
    "layers": 12, "upper": 7, "late": 4, "inner": 512, "looks": 2, "frozen": 2, "drop": 0.1, "steps": 12000, "letters": 3000, "lr": 1e-4, "head_lr": 5e-4, "decay": 0.04, "warmup": 0.02,
    "cropped": 0.3, "swap": 0.35, "swapped": 0.75, "caseless": 0.06, "masked": 0.02, "kindless": 0.2, "joined": 0.15, "positive": 1.5, "seed": 1, "kept": 200, "registers": "", "fresh": "", "rest": 1.0, "precision": "single",
}  # fmt: skip

UNTOLD = 0.1
"""How often the fields of a claim are learned without being told which item it is of."""

MEAN_EVERY, MEAN_OVER = 10, 250
"""The running mean of the weights takes them every so many steps and reaches over about so many of them."""

PRECISIONS = ("single", "bf16")
"""Of the products while training: the weights and their sums are single either way. The second is for processors that have it."""


def losses(model: Extractor, b: Batch, positive: float) -> dict[str, Tensor]:
    """The weighted losses of one batch, by name."""
    x, tags = model.encode(b.ids, b.shapes, b.mask)
    out = {"tag": F.cross_entropy(tags.flatten(0, 1), b.tags.flatten(), ignore_index=UNKNOWN)}
    memory = model.mark(x, b.mask, b.mark)
    scores, pair, attention = model.relate(memory, b.mask, b.kinds, b.near, b.pool, b.pairs, b.live)
    cells = F.binary_cross_entropy_with_logits(scores, b.relations, reduction="sum", pos_weight=torch.tensor(positive))
    out["relation"] = cells / (0.5 * len(b.ids) + 0.5 * float(b.relations.sum()))
    if not len(b.place):
        return out
    row, predicate = b.place.unbind(1)
    said = b.trigger.sum(-1) > 0
    if said.any():
        out["trigger"] = -0.3 * ((attention[row] * b.trigger).sum(-1)[said] + 1e-6).log().mean()
    claim, starts = model.point(pair[row], predicate, memory[b.text], b.mask[b.text])
    out["item"] = 0.6 * F.cross_entropy(starts, b.start)
    told = b.start * (torch.rand(len(b.start)) >= UNTOLD)
    status, attribution, pointers, falls, where = model.describe(claim, told, memory[b.text], b.mask[b.text])
    out["status"] = 1.0 * F.cross_entropy(status, b.status)
    out["attribution"] = 0.8 * F.cross_entropy(attribution, b.attribution)
    if (told > 0).any():
        out["end"] = 0.6 * F.cross_entropy(pointers[told > 0, 0], b.end[told > 0])
    if said.any():
        out["said"] = -0.3 * ((where[said].softmax(-1) * b.trigger[said]).sum(-1) + 1e-6).log().mean()
    for n, field in enumerate(FIELDS):
        open_ = (b.quantity[:, n] >= 0) & (b.allowed[:, n].sum(-1) > 1)
        if open_.any():
            choice = pointers[open_, 1 + n].masked_fill(~b.allowed[open_, n], -1e4)
            out[field] = 0.6 * F.cross_entropy(choice, b.quantity[open_, n], reduction="sum") / max(4, int(open_.sum()))
    turned = (b.falls >= 0) & (b.quantity[:, 2] > 0)
    if turned.any():
        out["fall"] = 0.2 * F.binary_cross_entropy_with_logits(
            falls[turned, b.quantity[turned, 2]], b.falls[turned].float()
        )
    return out


def optimiser(model: Extractor, recipe: dict[str, Any]) -> torch.optim.Optimizer:
    """AdamW on the encoder's layers at ``lr`` and on the heads at ``head_lr``; embeddings and ``frozen`` lower layers stay."""
    for module in (
        model.encoder.word,
        model.encoder.position,
        model.encoder.relative,
        *model.encoder.layers[: recipe["frozen"]],
    ):
        if module is not None:
            module.requires_grad_(False)
    slow = [
        p for n, p in model.named_parameters() if p.requires_grad and n.startswith(("encoder.layers", "encoder.norm"))
    ]
    known = set(map(id, slow))
    fast = [p for p in model.parameters() if p.requires_grad and id(p) not in known]
    groups = [{"params": slow, "lr": recipe["lr"]}, {"params": fast, "lr": recipe["head_lr"]}]
    return torch.optim.AdamW(groups, weight_decay=recipe["decay"], fused=True)


class Mean:
    """The running mean of the weights along a training; meant to be averaged with those it began from (``average.py``).

    Alone it reads no better than the last weights, in that mean it does: see the model card.
    Izmailov et al., "Averaging weights leads to wider optima and better generalization" (2018).
    """

    def __init__(self, model: Extractor, taken: int = 0, weights: dict[str, Tensor] | None = None) -> None:
        self.taken = taken
        self.weights = weights or {name: w.detach().clone() for name, w in model.state_dict().items()}

    @torch.no_grad()
    def take(self, model: Extractor) -> None:
        """Take in the weights of now."""
        self.taken += 1
        for name, weights in model.state_dict().items():
            self.weights[name].lerp_(weights, 1 / min(self.taken, MEAN_OVER))


def save(path: Path, state: dict[str, Any]) -> None:
    """Write whole or not at all."""
    torch.save(state, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


def material(corpus: list[Path], without: str, everything: bool) -> list[Unit]:
    """The units to train on; the files are read anew for every epoch, so that a corpus may grow under a long training."""
    units = [u for u in load(*corpus) if u.register not in without.split(",")]
    return units if everything else parts(units)["train"]


def batches(training: list[Unit], recipe: dict[str, Any], epoch: int) -> Iterator[list[Unit]]:
    """One pass over the units: names swapped, some joined, in batches; the same for the same units, seed and epoch."""
    rng = random.Random(f"{recipe['seed']}/{epoch}")
    pool = name_pool(training)
    if fresh := tuple(filter(None, recipe["fresh"].split(","))):
        training = mostly(training, fresh, recipe["rest"], rng)
    print(f"epoch {epoch}: {len(training)} units, {sum(len(u.claims) for u in training)} claims", flush=True)
    cut = [cropped(u, rng, recipe["cropped"]) for u in training]
    swapped = [swap_names(u, pool, rng, recipe["swap"]) if rng.random() < recipe["swapped"] else u for u in cut]
    yield from by_length(side_by_side(swapped, rng, recipe["joined"]), rng, recipe["letters"])


def _begin_from(model: Extractor, warm: Path) -> None:
    """Take over the weights of ``warm``, also of an earlier form of the network, and tell which parts begin anew."""
    went = model.load_state_dict(torch.load(warm, weights_only=True)["model"], strict=False)
    if went.unexpected_keys:
        raise ValueError(f"{warm}: {went.unexpected_keys[0]} is not of the network that the recipe describes")
    if went.missing_keys:
        print(
            "begun anew:",
            *dict.fromkeys(re.findall(r"(?m)^(?:encoder\.)?\w+(?:\.\d+)?", "\n".join(went.missing_keys))),
            flush=True,
        )


def train(
    weights: Path,
    out: Path,
    corpus: list[Path],
    recipe: dict[str, Any],
    warm: Path | None = None,
    everything: bool = False,
) -> None:
    """Train, or go on training, into ``out/checkpoint.pt``; ``warm`` gives the first weights, ``everything`` holds nothing back."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe["seed"])
    torch.set_flush_denormal(True)
    tokeniser = Tokeniser(weights / "tokenizer.json")
    model = Extractor.start(weights, recipe)
    checkpoint = out / "checkpoint.pt"
    if warm and not checkpoint.exists():
        _begin_from(model, warm)
    adam = optimiser(model, recipe)
    steps = recipe["steps"]
    rise = max(1, round(recipe["warmup"] * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(adam, lambda s: min((s + 1) / rise, max(0.0, 1 - s / steps)))
    epoch, step, done, mean = 0, 0, 0, Mean(model)
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        schedule.load_state_dict(state["schedule"])
        epoch, step, done = state["epoch"], state["step"], state["done"]
        mean = Mean(model, **state.get("mean", {}))

    def keep() -> None:
        here = {"model": model.state_dict(), "recipe": recipe, "epoch": epoch, "step": step, "done": done}
        kept = {"taken": mean.taken, "weights": mean.weights}
        save(checkpoint, here | {"adam": adam.state_dict(), "schedule": schedule.state_dict(), "mean": kept})
        save(out / "weights.pt", here)
        save(out / "mean.pt", here | {"model": mean.weights})

    model.train()
    while step < steps:
        total: dict[str, float] = {}
        began, told, n = time.time(), time.time(), 0
        for index, some in enumerate(batches(material(corpus, recipe["registers"], everything), recipe, epoch)):
            if index < done:
                continue
            rng = random.Random(f"{recipe['seed']}/{epoch}/{index}")
            torch.manual_seed(rng.getrandbits(32))
            batch = collate(some, tokeniser, rng, recipe["caseless"], recipe["masked"], recipe["kindless"])
            with torch.autocast("cpu", torch.bfloat16, recipe["precision"] == "bf16"):
                parts = losses(model, batch, recipe["positive"])
            adam.zero_grad(set_to_none=True)
            torch.stack([part.float() for part in parts.values()]).sum().backward()
            torch.nn.utils.clip_grad_norm_([p for g in adam.param_groups for p in g["params"]], 1.0)
            adam.step()
            schedule.step()
            step, done, n = step + 1, index + 1, n + 1
            for name, value in parts.items():
                total[name] = total.get(name, 0.0) + value.item()
            if step > rise and step % MEAN_EVERY == 0:
                mean.take(model)
            if time.time() - told > 60:
                told = time.time()
                print(
                    f"  step {step}: {(told - began) / n:.2f} s a step, relation {total['relation'] / n:.3f}",
                    flush=True,
                )
            if step % recipe["kept"] == 0:
                keep()
            if step == steps:
                break
        epoch, done = epoch + 1, 0
        line = {"epoch": epoch, "step": step, "seconds": round(time.time() - began)} | {
            k: round(v / max(1, n), 4) for k, v in total.items()
        }
        print(json.dumps(line), flush=True)
        keep()
    assert math.isfinite(sum(p.sum().item() for p in model.parameters()))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the pretrained encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument(
        "--corpus", type=Path, action="append", default=[], help="folders of *.jsonl (default: the repository's)"
    )
    parser.add_argument("--warm", type=Path, help="start from these weights")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--everything", action="store_true", help="hold nothing back (a model without figures)")
    for name, value in RECIPE.items():
        parser.add_argument(
            f"--{name}", type=type(value), default=value, choices=PRECISIONS if name == "precision" else None
        )
    args = parser.parse_args()
    if args.warm and not args.warm.is_file():
        parser.error(f"{args.warm}: no such file; restore.py makes one of the shipped model")
    torch.set_num_threads(args.threads)
    recipe = {name: getattr(args, name) for name in RECIPE}
    train(args.weights, args.out, args.corpus or [CORPUS], recipe, args.warm, args.everything)


if __name__ == "__main__":
    main()
