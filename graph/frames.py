"""Answers as pandas DataFrames: a row a record, bounds in two columns, names for parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from graph import spreadsheet
from graph.models import Answer, Hop, Party
from graph.sheet import route

if TYPE_CHECKING:
    import pandas as pd


def frame(records: Iterable[Answer]) -> pd.DataFrame:
    """Return records of one kind as a DataFrame.

    An interval ``share`` becomes ``share_low`` and ``share_high``, a party its name, a path its words; claims are counted.
    For a spreadsheet write it with :func:`to_csv`.

    >>> from graph.models import Party
    >>> frame([Party(id="tsmc", iri="https://w3id.org/nthtier/id/tsmc", name="TSMC", kind="Foundry")]).name[0]
    'TSMC'

    Raises
    ------
    ModuleNotFoundError
        pandas is absent.
    """
    try:
        import pandas as pd  # only notebooks need it
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "a DataFrame needs pandas, which is none of what nthtier needs itself; add it with: pip install pandas"
        ) from None

    return pd.DataFrame([_row(each) for each in records])


def to_csv(table: pd.DataFrame) -> str:
    """Return a DataFrame as CSV in which no spreadsheet runs a cell; pandas' own ``to_csv`` writes texts as they came.

    >>> import pandas as pd
    >>> to_csv(pd.DataFrame({"name": ["=1+1", "TSMC"], "low": [-0.5, 1.0]})).splitlines()
    ['name,low', "'=1+1,-0.5", 'TSMC,1.0']
    """
    columns = [str(name) for name in table.columns]
    return spreadsheet.to_csv(columns, (["" if each is None else str(each) for each in row] for row in table.values))


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
