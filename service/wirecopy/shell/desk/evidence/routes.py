"""`/articles/{id}/bundle.zip`: the evidence of an article, signed, for whoever may see its page."""

from __future__ import annotations

import asyncio

from wirecopy.shell.desk.evidence.contents import NoEvidence, bundle
from wirecopy.shell.desk.evidence.keys import SigningKey
from wirecopy.shell.web.evidence import Evidence
from wirecopy.shell.web.exchange import Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import offer_feature
from wirecopy.shell.web.site_data import SiteData

ZIP = "application/zip"


class BundleRoutes:
    """One bundle is made at a time: each reads two records and aligns two texts."""

    def __init__(self, site: SiteData, key: SigningKey, version: str) -> None:
        self._site = site
        self._key = key
        self._version = version
        self._evidence = Evidence(site)
        self._one = asyncio.Lock()

    def routes(self) -> list[Route]:
        offer_feature("bundle")
        return [
            Route(Method.GET, "/articles/bundle.zip", self.bundle),
            Route(Method.GET, "/articles/{id}/bundle.zip", self.bundle),
            Route(Method.GET, "/evidence.pub", self.public),
        ]

    async def bundle(self, request: Request) -> Response:
        entry = self._evidence.found(request)
        if isinstance(entry, Response):
            return entry
        try:
            async with self._one:
                beside = request.query.get("beside", "")
                made = await bundle(self._site, self._evidence, entry, self._key, self._version, beside)
        except NoEvidence as trouble:
            return problem(Problem.NO_SUCH_PAGE, str(trouble))
        name = f"evidence-{entry.body_xxh3[:12]}.zip"
        return Response(200, made, ZIP, {"Content-Disposition": f'attachment; filename="{name}"'})

    async def public(self, _: Request) -> Response:
        """The public key in PEM, to verify with."""
        return Response(200, self._key.public_pem(), "application/x-pem-file")
