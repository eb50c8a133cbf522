"""The pages as a whole: what they know (site_data.py), and the route of each.

    site = Site(decode, backend.raw_reader(), articles_max=…, wall_clock_ms=…)
    steps = site.listening(steps)                 # titles and texts of what is decoded here
    server = HttpServer(…, routes=site.routes())
    site.attach(pipeline); await site.start() … await site.stop()

A fault of a page ends that page.
"""

from __future__ import annotations

from typing import Final

from wirecopy.shell.web import check_page, evidence, live, publishers, stories
from wirecopy.shell.web.exchange import Method, Request, Response, Route
from wirecopy.shell.web.rendering import assets, not_found
from wirecopy.shell.web.site_data import SiteData

FOR_EVER: Final = "public, max-age=31536000, immutable"
STATIC_HEADERS: Final = {"Cache-Control": FOR_EVER}


class Site(SiteData):
    """All pages and their shared data."""

    def routes(self) -> list[Route]:
        """All routes. The first match counts, so suffixed forms come before bare ones."""
        return [
            *live.routes(self),
            *evidence.routes(self),
            *stories.routes(self),
            *publishers.routes(self),
            *check_page.routes(self, self.check_options),
            Route(Method.GET, "/static/{name}", _static),
        ]


async def _static(request: Request) -> Response:
    """A style sheet or script. Its address includes its version, so its content never changes."""
    found = assets().get(request.parts["name"])
    if found is None:
        return not_found("There is no such file.")
    content, media_type, version = found
    tag = f'"{version}"'
    headers = {**STATIC_HEADERS, "ETag": tag}
    if request.query.get("v") not in (None, version):
        headers["Cache-Control"] = "no-cache"  # another release's name for it
    if tag in request.headers.get("if-none-match", ""):
        return Response(304, content_type=media_type, headers=headers)
    return Response(200, content, media_type, headers)
