"""Where things are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKBONE = ROOT / "ontology" / "catalogue" / "backbone.csv"
WEEK = ROOT / "tests" / "data" / "week"
SHARED = ROOT.parent / "shared"
