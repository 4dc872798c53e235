"""Two trainings of one network → one: the weighted mean of their weights.

``python -m loaders.extraction.training.average --from FILE --to FILE --part 0.65 --out FILE``

A training that goes on from another's weights, averaged with it, reads better than either: Wortsman et al., "Model soups"
(2022), and "Robust fine-tuning of zero-shot models" (2022). The mean is surer of what both know, so thresholds are to be
tuned anew.
"""

import argparse
from pathlib import Path
from typing import Any

import torch

from loaders.extraction.training.train import save


def average(one: dict[str, Any], other: dict[str, Any], part: float) -> dict[str, Any]:
    """A checkpoint that is ``part`` the other's and for the rest the one's; ``ValueError`` where they are not of one network.

    >>> a, b = ({"model": {"w": torch.tensor([v])}, "recipe": {}} for v in (0.0, 2.0))
    >>> average(a, b, 0.75)["model"]["w"]
    tensor([1.5000])
    """
    shapes = [{name: weights.shape for name, weights in each["model"].items()} for each in (one, other)]
    if shapes[0] != shapes[1]:
        raise ValueError("the two checkpoints are not of one network: train both with the same layers, upper and inner")
    return {**other, "model": {name: torch.lerp(old, other["model"][name], part) for name, old in one["model"].items()}}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--from", dest="one", type=Path, required=True, help="weights that the other training began with"
    )
    parser.add_argument("--to", dest="other", type=Path, required=True, help="weights that it ended with")
    parser.add_argument("--part", type=float, default=0.65, help="of the latter in the mean")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    if not 0 <= args.part <= 1:
        parser.error("--part is a number between 0 and 1")
    for path in (args.one, args.other):
        if not path.is_file():
            parser.error(f"{path}: no such file; a training writes weights.pt into its --out folder")
    one, other = (torch.load(path, weights_only=True) for path in (args.one, args.other))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    save(args.out, average(one, other, args.part))


if __name__ == "__main__":
    main()
