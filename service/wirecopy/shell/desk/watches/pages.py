"""The pages of watches: all of a tenant's with a form to add one, and one watch with the articles that it matches."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from wirecopy.core.model import Extent, VerdictKind
from wirecopy.shell.desk.access import ANOTHER_NAME, CHALLENGE, foreign
from wirecopy.shell.desk.watches.api import WatchApi
from wirecopy.shell.desk.watches.trying import FOUND_MAX, tried
from wirecopy.shell.desk.watches.watch import FLAGS, LISTS, Watch, WatchFault, as_json
from wirecopy.shell.errors import PortError
from wirecopy.shell.web.exchange import Method, Request, Response, Route, segment
from wirecopy.shell.web.rendering import not_found, page
from wirecopy.shell.web.site_data import SiteData

FORM: Final = "application/x-www-form-urlencoded"
FORM_BYTES_MAX: Final = 64 * 1024
FIELDS_MAX: Final = 32
SHOWN_MAX: Final = 500
WORDS: Final = {
    "publishers": "Text of",
    "copied_by": "Copied by",
    "stories": "Story",
    "credits": "Credit to",
    "languages": "Language",
    "extents": "Extent",
    "verdicts": "Verdict",
    "targets": "Sent to",
}
TEXTS: Final = ("publishers", "copied_by", "credits", "languages", "targets")  # of the form, with commas


class WatchPages:
    """The pages over the API's own means."""

    def __init__(self, api: WatchApi, site: SiteData) -> None:
        self._api = api
        self._site = site

    def routes(self) -> list[Route]:
        return [
            Route(Method.GET, "/watches", self.listed),
            Route(Method.POST, "/watches", self.sent, FORM_BYTES_MAX),
            Route(Method.GET, "/watches/{id}", self.shown),
            Route(Method.POST, "/watches/{id}", self.removed, FORM_BYTES_MAX),
        ]

    async def listed(self, request: Request) -> Response:
        tenant = self._api.access.tenant(request)
        return self._closed() if tenant is None else self._page(tenant, {})

    async def sent(self, request: Request) -> Response:
        """The form: add a watch, or try it on the newest articles first."""
        tenant = self._changing(request)
        if isinstance(tenant, Response):
            return tenant
        given = _form(request)
        try:
            watch = self._api.read(tenant, _value(given))
            if "try" in given:
                found = await tried(
                    self._api.compiled(watch), self._site.catalogue, self._api.watches.licensed
                )
                self._site.want([entry for entry, _ in found.found])
                return self._page(tenant, given, tried=found)
            await self._api.watches.put(watch)
        except WatchFault as fault:
            return self._page(tenant, given, status=422, trouble=str(fault))
        except PortError as error:
            return self._page(tenant, given, status=503, trouble=f"The watch could not be saved: {error}")
        return Response(303, headers={"Location": f"/watches/{segment(watch.id)}"})

    async def shown(self, request: Request) -> Response:
        tenant = self._api.access.tenant(request)
        if tenant is None:
            return self._closed()
        watch = self._api.find(tenant, request.parts["id"])
        if watch is None:
            return not_found("No watch has this id.")
        found = await tried(self._api.compiled(watch), self._site.catalogue, self._api.watches.licensed)
        self._site.want([entry for entry, _ in found.found])
        return page(
            "watch.html",
            title=watch.name or watch.id,
            active="Watches",
            watch=watch,
            conditions=conditions(watch),
            tried=found,
            found_max=FOUND_MAX,
        )

    async def removed(self, request: Request) -> Response:
        tenant = self._changing(request)
        if isinstance(tenant, Response):
            return tenant
        watch = self._api.find(tenant, request.parts["id"])
        if watch is None:
            return not_found("No watch has this id.")
        try:
            await self._api.watches.remove(watch.id)
        except PortError as error:
            return self._page(tenant, {}, status=503, trouble=f"The watch could not be removed: {error}")
        return Response(303, headers={"Location": "/watches"})

    def _changing(self, request: Request) -> str | Response:
        tenant = self._api.access.tenant(request)
        if tenant is None:
            return self._closed()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if foreign(request) or media_type != FORM:
            return _refused("Send the form on this service's own page.")
        return tenant

    def _closed(self) -> Response:
        """A browser asks for a token where tokens are in use."""
        access = self._api.access
        if access.closed:
            return _refused(
                "No access to watches is set up: see WIRECOPY_DESK_TOKENS_FILE and WIRECOPY_DESK_USER_HEADER."
            )
        if access.for_this_machine:
            return _refused(ANOTHER_NAME)
        return page(
            "nothing.html",
            status=401,
            headers=CHALLENGE,
            title="Log in",
            active="",
            sentence="Log in to see watches: the password is your token.",
        )

    def _page(
        self,
        tenant: str,
        given: dict[str, Any],
        *,
        status: int = 200,
        trouble: str = "",
        tried: Any = None,
    ) -> Response:
        owned = self._api.owned(tenant)
        rows = [(one, f"/watches/{segment(one.id)}", conditions(one)) for one in owned[:SHOWN_MAX]]
        return page(
            "watches.html",
            status=status,
            title="Watches",
            active="Watches",
            rows=rows,
            total=len(owned),
            given={name: given.get(name, "") for name in ("name", *TEXTS, "share_min", "words_min")},
            chosen=given,
            extents=tuple(Extent),
            verdicts=tuple(VerdictKind),
            trouble=trouble,
            tried=tried,
            found_max=FOUND_MAX,
        )


def _refused(sentence: str) -> Response:
    return page("nothing.html", status=403, title="Not allowed", active="", sentence=sentence)


def conditions(watch: Watch) -> list[tuple[str, str]]:
    """What a watch asks for, in words."""
    found = [
        (WORDS[name], ", ".join(getattr(watch, name)))
        for name in LISTS
        if getattr(watch, name) and not (name == "verdicts" and watch.verdicts == ("republication",))
    ]
    if watch.share_min:
        found.append(("Share of the copy", f"at least {watch.share_min:.0%}".replace("%", " %")))
    if watch.words_min:
        found.append(("Words", f"at least {watch.words_min}"))
    if watch.unlicensed:
        found.append(("Licence", "none that is known"))
    if watch.recalls:
        found.append(("Told too", "updates and withdrawals of their articles"))
    return found or [("Every", "republication")]


def _form(request: Request) -> dict[str, Any]:
    """The fields; of the boxes `extents` and `verdicts` all that are ticked."""
    try:
        pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        return {}
    found: dict[str, Any] = {"extents": [], "verdicts": []}
    for name, value in pairs:
        if name in ("extents", "verdicts"):
            found[name].append(value)
        else:
            found.setdefault(name, value)
    return found


def _value(given: dict[str, Any]) -> dict[str, Any]:
    """The form as the JSON of a watch. WatchFault."""
    value: dict[str, Any] = {"name": given.get("name", "").strip()}
    for name in TEXTS:
        texts = [text.strip() for text in given.get(name, "").split(",") if text.strip()]
        if texts:
            value[name] = texts
    value |= {name: given[name] for name in ("extents", "verdicts") if given.get(name)}
    try:
        if given.get("share_min", "").strip():
            value["share_min"] = float(given["share_min"].replace(",", ".").strip(" %")) / 100
        if given.get("words_min", "").strip():
            value["words_min"] = int(given["words_min"])
    except ValueError:
        raise WatchFault("The least share is a percentage, and the least number of words a number.") from None
    value |= {name: True for name in FLAGS if given.get(name)}
    return value


assert set(as_json(Watch("x"))) <= {"id", "tenant", "name", "verdicts"}
