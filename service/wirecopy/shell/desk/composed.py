"""The desk of one process, put together: its watches, who may change them, its pages.

desk = Desk(table, settings, telemetry)
steps = desk.listening(steps); routes = desk.routes(site)
await desk.start() … await desk.stop()
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wirecopy.shell.desk.access import Access, AccessFault, networks_of, tokens_of
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.watches.api import WatchApi
from wirecopy.shell.desk.watches.listing import WatchList
from wirecopy.shell.desk.watches.pages import WatchPages
from wirecopy.shell.keyed import KeyedTopic
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.ports import Steps
from wirecopy.shell.web.exchange import Route
from wirecopy.shell.web.rendering import offer_page
from wirecopy.shell.web.site_data import SiteData

if TYPE_CHECKING:
    from wirecopy.shell.settings import Settings

START_SECONDS_MAX: Final = 180.0  # as the pipeline's own patience with a broker that comes up later


def access_of(settings: Settings, alone: Collection[str] | None) -> Access:
    """Who may change watches. AccessFault."""
    return Access(
        tokens={} if settings.desk_tokens_file is None else tokens_of(settings.desk_tokens_file),
        user_header=(settings.desk_user_header or "").lower(),
        proxies=networks_of(settings.desk_proxies),
        alone=alone is not None,
        hosts=frozenset(host.lower() for host in alone or ()),
    )


class Desk:
    """`alone`: the process serves this machine only, under these names too, so that nobody else needs to be kept out.
    AccessFault."""

    def __init__(
        self,
        watches: KeyedTopic,
        settings: Settings,
        telemetry: Telemetry,
        alone: Collection[str] | None = None,
    ) -> None:
        self.access = access_of(settings, alone)
        self.watches = WatchList(watches, Parties(settings.aliases), telemetry)

    def listening(self, steps: Steps) -> Steps:
        """The same steps, which also say what watches match."""
        return replace(steps, watched=self.watches.judged, watched_again=self.watches.corrected)

    def routes(self, site: SiteData | None) -> list[Route]:
        """The API, and with a site the pages."""
        api = WatchApi(self.watches, self.access, site)
        if site is None:
            return api.routes()
        offer_page("Watches", "/watches")
        return [*api.routes(), *WatchPages(api, site).routes()]

    async def start(self) -> None:
        """FatalError where the watches cannot be read."""
        await self.watches.start(START_SECONDS_MAX)

    async def stop(self) -> None:
        await self.watches.stop()


__all__ = ["AccessFault", "Desk", "access_of"]
