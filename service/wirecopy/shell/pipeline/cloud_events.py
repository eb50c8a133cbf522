"""CloudEvents 1.0 in the binary mode of its Kafka binding: what goes out says in its headers what it is.

An event is one thing that was said: the verdict on a raw record, or the correction of a verdict. So `ce_id`
is made of the raw record's position, which is the same when a record is judged again after a failure, and
source and id together name it for ever. Of a raw record that is a CloudEvent itself the core attributes are
replaced, since the enriched record is another event; its extension attributes (`ce_…` of other names) pass
through like any header. Coming in, the attributes are not looked at: they name the event and its sender, not
the article, so neither id nor publisher is taken from them, and an event whose envelope is not quite right is
judged all the same. Dead letters keep the envelope that they came with.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md, by which
`datacontenttype` is the header `content-type`, not `ce_datacontenttype`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from wirecopy.core.model import Correction, RawPosition
from wirecopy.shell.ports import Headers

CORE = frozenset(
    ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_dataschema",
     "ce_datacontenttype", "content-type")
)  # fmt: skip
JUDGED = "wirecopy.article.judged"
CORRECTED = "wirecopy.verdict.corrected"


@dataclass(frozen=True, slots=True)
class CloudEvents:
    """`source`: who says it, a URI reference. The clock gives Unix milliseconds."""

    source: str
    clock_ms: Callable[[], int]

    def judged(self, headers: Headers, position: RawPosition, article_id: str) -> Headers:
        """The headers of an enriched record, as an event."""
        kept = tuple(header for header in headers if header[0].lower() not in CORE)
        return (*kept, *self._core(JUDGED, _name(position), article_id))

    def corrected(self, headers: Headers, correction: Correction) -> Headers:
        """The headers of a correction, as an event: the raw record that caused it, and what it corrects."""
        name = f"{_name(correction.cause)}+{_name(correction.position)}"
        return (*headers, *self._core(CORRECTED, name, correction.id))

    def _core(self, kind: str, name: str, subject: str) -> Headers:
        time = datetime.fromtimestamp(self.clock_ms() / 1000, UTC).isoformat(timespec="milliseconds")
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": name,
            "ce_source": self.source,
            "ce_type": kind,
            "ce_time": time.replace("+00:00", "Z"),
            "ce_subject": subject,
            "content-type": "application/json",
        }
        return tuple((header, text.encode("utf-8", "replace")) for header, text in attributes.items())


def _name(position: RawPosition) -> str:
    return f"{position.topic}/{position.partition}/{position.offset}"
