"""Answers as pandas DataFrames: a row a record, bounds in two columns, names for parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from graph.models import Answer, Hop, Party
from graph.sheet import route

if TYPE_CHECKING:
    import pandas as pd


def frame(records: Iterable[Answer]) -> pd.DataFrame:
    """Return records of one kind as a DataFrame.

    An interval ``share`` becomes ``share_low`` and ``share_high``, a party its name, a path its words; claims are counted.

    >>> from graph.models import Party
    >>> frame([Party(id="tsmc", iri="https://w3id.org/nthtier/id/tsmc", name="TSMC", kind="Foundry")]).name[0]
    'TSMC'
    """
    import pandas as pd  # only notebooks need it

    return pd.DataFrame([_row(each) for each in records])


def _row(record: BaseModel) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Party):
            row[name] = value.name
        elif name == "claims":
            row[name] = len(value)
        elif _is_interval(value):
            row[f"{name}_low"], row[f"{name}_high"] = value
        elif isinstance(value, tuple) and value and all(isinstance(each, Hop) for each in value):
            row[name] = route(value)
        elif isinstance(value, (tuple, dict, BaseModel)):
            continue  # records within records have frames of their own
        else:
            row[name] = value
    return row


def _is_interval(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(bound, (int, float)) for bound in value)
