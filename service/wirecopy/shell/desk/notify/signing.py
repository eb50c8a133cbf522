"""Signatures of webhooks by Standard Webhooks (https://www.standardwebhooks.com): the only file that knows its package."""

from __future__ import annotations

from datetime import UTC, datetime

from standardwebhooks import Webhook


def headers_of(secret: str, id_: str, time_s: int, body: str) -> dict[str, str]:
    """The headers of one attempt. `id_` is the same at every attempt: the receiver's idempotency key."""
    signature = Webhook(secret).sign(id_, datetime.fromtimestamp(time_s, UTC), body)
    return {"webhook-id": id_, "webhook-timestamp": str(time_s), "webhook-signature": signature}
