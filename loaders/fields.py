"""The fields of a claim checked one by one, whatever the file they come from; a fault names file and line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date as Date
from typing import Any, Literal, cast

from loaders.claim import Amount, Attribution, Interval, Status
from loaders.errors import LoaderError, did_you_mean
from ontology import terms


class Fields:
    """A row of a table or event, read field by field.

    >>> Fields({"share": [0.5, 1]}, "events.jsonl", 3).share("share")
    (0.5, 1.0)
    """

    def __init__(self, row: dict[str, Any], origin: str, line: int | None) -> None:
        self.row, self.origin, self.line = row, origin, line

    def fault(self, reason: str) -> LoaderError:
        """Return the error for a fault in this row."""
        return LoaderError(self.origin, reason, self.line)

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a text field, ``""`` where absent."""
        value = self.row.get(name)
        if value is None or value == "":
            if required:
                raise self.fault(f"{name!r} is missing")
            return ""
        if not isinstance(value, str):
            raise self.fault(f"{name!r} must be text, not {_short(value)}")
        value = value.strip()
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", value):
            raise self.fault(f"{name!r} holds control characters")
        if required and not value:
            raise self.fault(f"{name!r} is missing")
        return value

    def choice(self, name: str, among: Sequence[str], default: str | None = None) -> str:
        """Return a field that has one of a few values."""
        value = self.text(name, required=default is None) or cast(str, default)
        if value not in among:
            raise self.fault(f"unknown {name} {_short(value)}; {did_you_mean(value, among)}")
        return value

    def predicate(self) -> str:
        """Return the predicate."""
        return self.choice("predicate", terms.PREDICATES)

    def status(self) -> Status:
        """Return how far the thing has come; ``actual`` where nothing is said."""
        return cast(Status, self.choice("status", terms.STATUSES, "actual"))

    def attribution(self) -> Attribution:
        """Return who says so; ``stated`` where nothing is said."""
        return cast(Attribution, self.choice("attribution", terms.ATTRIBUTIONS, "stated"))

    def day(self, name: str, default: Date | None = None) -> Date:
        """Return a date, ISO 8601."""
        value = self.text(name)
        if not value:
            if default is None:
                raise self.fault(f"{name!r} is missing; a date YYYY-MM-DD is needed")
            return default
        try:
            return Date.fromisoformat(value)
        except ValueError:
            raise self.fault(f"{name!r} is not a date YYYY-MM-DD: {_short(value)}") from None

    def optional_day(self, name: str) -> Date | None:
        """Return a date, or None where absent."""
        return self.day(name) if self.text(name) else None

    def validity(self) -> tuple[Date | None, Date | None]:
        """Return since when and until when a claim holds, None where open."""
        start, until = self.optional_day("valid_from"), self.optional_day("valid_until")
        if start and until and start > until:
            raise self.fault(f"'valid_from' {start} is after 'valid_until' {until}")
        return start, until

    def number(self, name: str, value: object) -> float | None:
        """Return a value as a finite number, None for absent."""
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise self.fault(f"{name!r} is not a number: {_short(value)}") from None
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise self.fault(f"{name!r} is not a number: {_short(value)}")
            return float(value) + 0.0  # -0.0 is 0
        except OverflowError:
            raise self.fault(f"{name!r} is too large a number") from None

    def whole(self, name: str, default: int, least: int = 0) -> int:
        """Return a whole number from ``least`` up."""
        value = self.number(name, self.row.get(name))
        if value is None:
            return default
        if not value.is_integer() or not least <= value <= 2**53:
            raise self.fault(f"{name!r} must be a whole number from {least} up, not {_short(self.row.get(name))}")
        return int(value)

    def fraction(self, name: str) -> float | None:
        """Return a number from 0 to 1, None for absent."""
        value = self.number(name, self.row.get(name))
        if value is not None and not 0 <= value <= 1:
            raise self.fault(f"{name!r} lies between 0 and 1, not {_short(value)}")
        return value

    def interval(self, name: str) -> Interval | None:
        """Return a field ``[low, high]``, either of which may be null."""
        value = self.row.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2:
            raise self.fault(f"{name!r} must be [low, high], not {_short(value)}")
        low, high = self._ordered(name, self.number(name, value[0]), self.number(name, value[1]))
        return None if low is None and high is None else (low, high)

    def share(self, name: str) -> tuple[float, float] | None:
        """Return a field ``[low, high]`` within 0 and 1."""
        found = self.interval(name)
        return None if found is None else self.share_of(found[0], found[1])

    def share_of(self, low: float | None, high: float | None) -> tuple[float, float] | None:
        """Return a share from its bounds; an absent bound is 0 or 1."""
        if low is None and high is None:
            return None
        share = self._ordered("share", low if low is not None else 0.0, high if high is not None else 1.0)
        if not 0 <= cast(float, share[0]) <= cast(float, share[1]) <= 1:
            raise self.fault(f"a share lies between 0 and 1, not {list(share)}")
        return cast(tuple[float, float], share)

    def amount(self) -> Amount | None:
        """Return the field ``amount``: an object with low, high and currency."""
        value = self.row.get("amount")
        if value is None:
            return None
        if not isinstance(value, dict) or set(value) - {"low", "high", "currency"}:
            raise self.fault(f"'amount' must have low, high and currency, not {_short(value)}")
        low, high = self._ordered(
            "amount", self.number("amount", value.get("low")), self.number("amount", value.get("high"))
        )
        if low is None and high is None:
            return None
        if min(low or 0, high or 0) < 0:
            raise self.fault(f"'amount' may not be negative: {_short(value)}")
        currency = value.get("currency")
        if currency is not None and not (isinstance(currency, str) and re.fullmatch(r"[A-Z]{3}", currency)):
            raise self.fault(f"a currency has three capital letters, not {_short(currency)}")
        return Amount(low, high, currency)

    def citations(self) -> tuple[str, ...]:
        """Return the citation marks in order."""
        value = self.row.get("citations") or []
        if not isinstance(value, list) or not all(
            isinstance(mark, (str, int)) and not isinstance(mark, bool) and re.fullmatch(r"\w{1,20}", str(mark))
            for mark in value
        ):
            raise self.fault(f"'citations' must be a list of marks, not {_short(value)}")
        return tuple(str(mark) for mark in value)

    def url(self, name: str) -> str:
        """Return an http(s) address, ``""`` where absent."""
        value = self.text(name)
        if value and not re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", value):
            raise self.fault(f"{name!r} is not an http(s) address: {value[:80]!r}")
        return value

    def object_role(self, predicate: str, present: bool) -> Literal["organisation", "product"]:
        """Check that a predicate has an object where it must and none where it may not; return what to take it for."""
        if present and predicate in terms.WITHOUT_OBJECT:
            raise self.fault(f"{predicate} takes no object")
        if not present and predicate not in terms.OBJECT_OPTIONAL:
            raise self.fault(f"{predicate} needs an object")
        return "product" if predicate in {"develops", "uses"} else "organisation"

    def _ordered(self, name: str, low: float | None, high: float | None) -> Interval:
        if low is not None and high is not None and low > high:
            raise self.fault(f"{name!r} has its low bound {low} above its high bound {high}")
        return low, high


def _short(value: object) -> str:
    """A value as an error message shows it: never a page of it."""
    shown = repr(value)
    return shown if len(shown) <= 90 else shown[:80] + "…"
