"""The desk of one process, put together: its watches, who may change them, its pages.

desk = Desk(table, settings, telemetry)
steps = desk.listening(steps); routes = desk.routes(site)
await desk.start() … await desk.stop()
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wirecopy.shell.desk.access import Access, AccessFault, networks_of, tokens_of
from wirecopy.shell.desk.feedback.routes import Feedback, FeedbackRoutes
from wirecopy.shell.desk.licences import licensed_of
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.recall.routes import RecallRoutes
from wirecopy.shell.desk.reports.routes import ReportRoutes
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
    from wirecopy.shell.desk.evidence.keys import SigningKey
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
    `key_file`: of evidence bundles where the settings name none; made where it is missing. AccessFault, LicenceFault."""

    def __init__(
        self,
        watches: KeyedTopic,
        feedback: KeyedTopic,
        settings: Settings,
        telemetry: Telemetry,
        alone: Collection[str] | None = None,
        key_file: Path | None = None,
    ) -> None:
        self.access = access_of(settings, alone)
        self._key = _key(settings.evidence_key_file, key_file)
        self.feedback = Feedback(feedback, telemetry)
        self.watches = WatchList(
            watches,
            Parties(settings.aliases),
            telemetry,
            licensed_of(settings.licences_file, settings.aliases),
        )

    def listening(self, steps: Steps) -> Steps:
        """The same steps, which also say what watches match."""
        return replace(steps, watched=self.watches.judged, watched_again=self.watches.corrected)

    def routes(self, site: SiteData | None) -> list[Route]:
        """The API, and with a site the pages."""
        api = WatchApi(self.watches, self.access, site)
        if site is None:
            return api.routes()
        offer_page("Watches", "/watches")
        return [
            *api.routes(),
            *WatchPages(api, site).routes(),
            *self._bundles(site),
            *FeedbackRoutes(self.feedback, self.access, site).routes(),
            *RecallRoutes(site).routes(),
            *ReportRoutes(site, self.watches.watches.parties, self.watches.licensed).routes(),
        ]

    def _bundles(self, site: SiteData) -> list[Route]:
        """Of evidence, where there is a key to sign it."""
        if self._key is None:
            return []
        from wirecopy.shell.desk.evidence.routes import BundleRoutes  # here: of an extra

        return BundleRoutes(site, self._key, _version()).routes()

    async def start(self) -> None:
        """FatalError where the watches or the opinions cannot be read."""
        await self.watches.start(START_SECONDS_MAX)
        await self.feedback.start(START_SECONDS_MAX)

    async def stop(self) -> None:
        await self.watches.stop()
        await self.feedback.stop()


def _key(given: str | None, own: Path | None) -> SigningKey | None:
    """The key of the settings, which must be one, or our own, which is made where it is missing; None without the extra.
    AccessFault."""
    if given is None and own is None:
        return None
    try:
        from wirecopy.shell.desk.evidence.keys import KeyFault, key_of, new_key
    except ImportError as error:
        if given is None:
            return None
        raise AccessFault(f"{error.name} is missing: pip install 'wirecopy[notify]'") from error
    try:
        if given is not None:
            return key_of(Path(given))
        assert own is not None
        return key_of(own) if own.exists() else new_key(own)
    except KeyFault as fault:
        raise AccessFault(f"the key of evidence bundles: {fault}") from fault


def _version() -> str:
    try:
        return version("wirecopy")
    except PackageNotFoundError:
        return "unknown"


__all__ = ["AccessFault", "Desk", "access_of"]
