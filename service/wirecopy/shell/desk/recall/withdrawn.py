"""Whether a record withdraws its article: ninjs `pubstatus` `canceled` or `withheld`."""

from __future__ import annotations

from typing import Any, Final

from wirecopy.core.records.raw import json_value

WITHDRAWN: Final = ("canceled", "cancelled", "withheld")


def is_withdrawn(raw: bytes) -> bool:
    """`raw`: the record's JSON object, UTF-8. False where it says nothing of it."""
    if b"pubstatus" not in raw:  # most records, and this is asked of each
        return False
    try:
        status: Any = json_value(raw).get("pubstatus")
    except (ValueError, AttributeError):
        return False
    return status in WITHDRAWN
