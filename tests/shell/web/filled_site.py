"""A site that was told of some articles by the real engine, without a pipeline: what the pages' tests look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from wirecopy import samples
from wirecopy.core.engine import Engine
from wirecopy.core.model import Agreement, RawArticle, RawPosition, Rejected
from wirecopy.core.records.raw import FieldPaths, decode_raw
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.ports import LogRecord
from wirecopy.shell.web.exchange import Method, Request, Response, Router, query_of
from wirecopy.shell.web.site import Site

TOPIC = "articles.raw"
START_MS = 1_780_000_000_000
TEXTS = [article["body"] for article in map(json.loads, samples.lines()) if article["language"] == "en"]
LONG = max(TEXTS, key=len)


def decode(value: bytes | None, position: RawPosition) -> RawArticle | Rejected:
    return decode_raw(value, position, FieldPaths(), {})


class FilledSite:
    """A broker, an engine and a site; `tell` produces, judges and tells. `read` False: titles are not known."""

    def __init__(self, articles_max: int = 10_000) -> None:
        self.now_ms = START_MS
        self.broker = MemoryBroker(clock_ms=lambda: self.now_ms)
        backend = MemoryBackend(self.broker)
        backend.create_topics(1)
        self.engine = Engine()
        self.site = Site(
            decode, backend.raw_reader(), articles_max=articles_max, wall_clock_ms=lambda: self.now_ms
        )
        self._log_offset = 0
        self._router = Router(self.site.routes())

    def add(self, *articles: dict[str, Any] | bytes, read: bool = True, step_ms: int = 60_000) -> None:
        for article in articles:
            value = article if isinstance(article, bytes) else json.dumps(article).encode()
            self.now_ms += step_ms
            offset = self.broker.produce(TOPIC, 0, value)
            decoded = decode(value, RawPosition(TOPIC, 0, offset))
            assert isinstance(decoded, RawArticle), decoded
            if read:
                self.site.catalogue.heading(decoded)
            record = LogRecord(self._log_offset, self.now_ms, self.engine.propose(decoded).value)
            self._log_offset += 3  # a log has gaps
            self.site.catalogue.add_many(
                [record], [one for one in self.engine.replay_many([record]) if not isinstance(one, Agreement)]
            )
        self.take()

    def take(self) -> None:
        while self.site.catalogue.take(1.0):
            pass

    def forget_texts(self) -> None:
        self.broker.truncate(TOPIC, 0, 1_000_000)

    async def get(self, url: str) -> Response:
        """What a browser would get, the path as it goes over the wire."""
        parts = urlsplit(url)
        found = self._router.methods(parts.path).get(Method.GET)
        assert found is not None, f"no page at {parts.path}"
        route, names = found
        return await route.handler(Request(parts.path, names, query_of(parts.query)))

    async def text(self, url: str, status: int = 200) -> str:
        answer = await self.get(url)
        assert answer.status == status, (url, answer.status)
        return answer.body.decode()


def article(id_: str, publisher: str, body: str = LONG, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "publisher": publisher,
        "url": f"https://{publisher}/{id_}",
        "title": f"Title of {id_}",
        "body": body,
        **more,
    }


def original_and_copy(**more: Any) -> Sequence[dict[str, Any]]:
    return (
        article("first", "first.example", published_at=START_MS - 3_600_000),
        article("copy", "copy.example", published_at=START_MS, **more),
    )
