"""`/api/watches`: watches listed, added, tried and removed by programs.

A tenant sees and changes its own watches. Whoever is logged in as `*` sees all, and may name a watch's tenant.
"""

from __future__ import annotations

from typing import Any, Final

from wirecopy.core.hashing import body_xxh3
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.desk.access import Access, changing, denied, sees
from wirecopy.shell.desk.watches.compiled import CompiledWatches
from wirecopy.shell.desk.watches.listing import WatchList
from wirecopy.shell.desk.watches.trying import tried
from wirecopy.shell.desk.watches.watch import EVERYBODY, WATCH_BYTES_MAX, Watch, WatchFault, as_json, watch_of
from wirecopy.shell.errors import PortError
from wirecopy.shell.web.exchange import JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import article_url
from wirecopy.shell.web.site_data import SiteData

_RETRY: Final = {"Retry-After": "5"}


class WatchApi:
    """`site` None: there are no pages, and nothing to try a watch on."""

    def __init__(self, watches: WatchList, access: Access, site: SiteData | None) -> None:
        self.watches = watches
        self.access = access
        self._site = site

    def routes(self) -> list[Route]:
        found = [
            Route(Method.GET, "/api/watches", self.listed),
            Route(Method.POST, "/api/watches", self.added, WATCH_BYTES_MAX),
            Route(Method.DELETE, "/api/watches/{id}", self.removed),
            Route(Method.GET, "/api/watches/{id}", self.shown),
        ]
        if self._site is not None:
            found.insert(0, Route(Method.POST, "/api/watches/try", self.tried, WATCH_BYTES_MAX))
        return found

    # ---- what pages need as well
    def owned(self, tenant: str) -> list[Watch]:
        return [watch for watch in self.watches.watches.all() if sees(tenant, watch.tenant)]

    def find(self, tenant: str, id_: str) -> Watch | None:
        watch = self.watches.watches.get(id_)
        return watch if watch is not None and sees(tenant, watch.tenant) else None

    def read(self, tenant: str, value: Any) -> Watch:
        """A watch of this tenant from JSON values; without an id it is named after what it asks. WatchFault."""
        given = None if tenant == EVERYBODY else tenant
        watch = watch_of(value, id_=named(value), tenant=given)
        if self.watches.watches.get(watch.id) is not None and self.find(tenant, watch.id) is None:
            raise WatchFault("This id is taken.")
        return watch

    # ---- the routes
    async def listed(self, request: Request) -> Response:
        tenant = self.access.tenant(request)
        if tenant is None:
            return denied(self.access)
        return Response(200, json_bytes({"watches": [as_json(one) for one in self.owned(tenant)]}), JSON)

    async def shown(self, request: Request) -> Response:
        tenant = self.access.tenant(request)
        if tenant is None:
            return denied(self.access)
        watch = self.find(tenant, request.parts["id"])
        if watch is None:
            return _unknown()
        return Response(200, json_bytes(as_json(watch)), JSON)

    async def added(self, request: Request) -> Response:
        """Add a watch, or put it in place of the one with its id: 201. It is in force at the other replicas a moment later."""
        tenant = changing(self.access, request)
        if isinstance(tenant, Response):
            return tenant
        watch = self._sent(request, tenant)
        if isinstance(watch, Response):
            return watch
        try:
            await self.watches.put(watch)
        except PortError as error:
            return _unwritten(error)
        return Response(201, json_bytes(as_json(watch)), JSON)

    async def removed(self, request: Request) -> Response:
        tenant = changing(self.access, request)
        if isinstance(tenant, Response):
            return tenant
        watch = self.find(tenant, request.parts["id"])
        if watch is None:
            return _unknown()
        try:
            await self.watches.remove(watch.id)
        except PortError as error:
            return _unwritten(error)
        return Response(200, json_bytes({"removed": watch.id}), JSON)

    async def tried(self, request: Request) -> Response:
        """The newest articles that a watch would have matched. The watch is not added."""
        tenant = changing(self.access, request)
        if isinstance(tenant, Response):
            return tenant
        watch = self._sent(request, tenant)
        if isinstance(watch, Response):
            return watch
        assert self._site is not None, "the route is there only with a site"
        found = await tried(self.compiled(watch), self._site.catalogue, self.watches.licensed)
        told = [
            {
                "id": entry.id,
                "publisher": entry.publisher,
                "url": entry.url or None,
                "share": round(match.share, 4),
                "words": match.words,
                "licensed": match.licensed,
                "evidence": article_url(entry, exact=True),
            }
            for entry, match in found.found
        ]
        answer = {"matches": told, "looked_at": found.looked_at, "more": found.more}
        return Response(200, json_bytes(answer), JSON)

    def compiled(self, watch: Watch) -> CompiledWatches:
        """This watch alone."""
        alone = CompiledWatches(self.watches.watches.parties)
        alone.put(watch)
        return alone

    def _sent(self, request: Request, tenant: str) -> Watch | Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != JSON:
            return problem(Problem.MEDIA_TYPE, f"Send {JSON}.")
        try:
            return self.read(tenant, json_value(request.body))
        except WatchFault as fault:
            return problem(Problem.INVALID, str(fault))
        except ValueError:
            return problem(Problem.INVALID, "The body is not JSON.")


def named(value: Any) -> str:
    """The id of a watch that has none: the same for the same question, so that adding it twice is adding it once."""
    if not isinstance(value, dict):
        return ""
    asked = {name: value[name] for name in sorted(value) if name not in ("id", "name")}
    return "w" + body_xxh3(json_bytes(asked).decode("utf-8", "replace"))[:12]


def _unknown() -> Response:
    return problem(Problem.NO_SUCH_PAGE, "No watch has this id.")


def _unwritten(error: PortError) -> Response:
    return problem(Problem.BUSY, f"The watches cannot be written: {error}", headers=_RETRY)
