"""Pages over an engine, without a pipeline: articles go in one by one, pages are asked by calling them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.core.story import NOW_MS, Desk
from wirecopy.core.records.raw import FieldPaths, decode_raw
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.pipeline.text_check import TextChecker, read_text
from wirecopy.shell.pipeline.turns import EngineTurns
from wirecopy.shell.web.exchange import Method, Request, Response, Router, query_of
from wirecopy.shell.web.site import Site

FORM = "application/x-www-form-urlencoded"


class PageClient:
    """`send` judges an article and shows it to the pages; `get` and `post` ask them."""

    def __init__(self, check: CheckOptions | None = None, articles_max: int = 1000) -> None:
        self.desk = Desk()
        self.options = check or CheckOptions(rate_per_second=0)
        self.site = Site(
            lambda value, position: decode_raw(value, position, FieldPaths(), {}),
            None,
            articles_max=articles_max,
            wall_clock_ms=lambda: NOW_MS,
            check=self.options,
        )
        self._executor = ThreadPoolExecutor(1)
        self.turns = EngineTurns(self.desk.engine, self._executor, 0)
        self.caught_up = True
        self.site.checker = TextChecker(
            self.desk.engine,
            self.turns,
            lambda value: read_text(value, FieldPaths(), {}),
            self.options,
            lambda: self.caught_up,
        )
        self._router = Router(self.site.routes())

    def send(self, body: str, site: str, **fields: Any) -> None:
        outcome = self.desk.send(body, site, **fields)
        offset, time_ms, value = self.desk.log[-1]
        article = self.desk.proposals[-1].article
        self.site.catalogue.heading(article)
        self.site.texts.decoded(article)
        self.site.catalogue.add(offset, time_ms, value, outcome)
        self.site.catalogue.take(60)

    def methods(self, path: str) -> set[Method]:
        return set(self._router.methods(path))

    async def get(self, address: str) -> Response:
        parts = urlsplit(address)
        route, matched = self._router.methods(parts.path)[Method.GET]
        return await route.handler(Request(parts.path, matched, query_of(parts.query)))

    async def post(
        self, path: str, body: bytes, content_type: str | None = "application/json", peer: str = "10.0.0.1"
    ) -> Response:
        route, matched = self._router.methods(path)[Method.POST]
        headers = {} if content_type is None else {"content-type": content_type}
        return await route.handler(Request(path, matched, {}, headers, body, peer))

    async def submit(self, **fields: str) -> str:
        """The page that a sent form leads to."""
        answer = await self.post("/check", urlencode(fields).encode(), FORM)
        return answer.body.decode()

    async def close(self) -> None:
        await self.site.stop()
        self._executor.shutdown()


def json_of(answer: Response) -> Any:
    return json.loads(answer.body)
