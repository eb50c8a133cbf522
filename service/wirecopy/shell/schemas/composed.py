"""What the settings say of a schema registry, put together: for the pipeline, and for the pages that read a record again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from wirecopy.core.model import RawPosition
from wirecopy.shell.ports import RawReader, RawRecord
from wirecopy.shell.schemas.framed import Framed
from wirecopy.shell.schemas.registry import RegistryOptions, SchemaRegistry

if TYPE_CHECKING:
    from wirecopy.shell.settings import Settings

Opened = Callable[[Sequence[RawRecord]], Awaitable[Sequence[RawRecord]]]


def opened_of(settings: Settings) -> Opened | None:
    """Reads framed records; None without a registry. MissingExtraError where the libraries are not installed."""
    if settings.registry_url is None:
        return None
    options = RegistryOptions(
        settings.registry_url,
        settings.registry_user or "",
        settings.registry_password or "",
        settings.registry_ssl_ca_file,
        settings.registry_timeout_ms,
    )
    return Framed(SchemaRegistry(options)).opened


def opening(reader: RawReader, opened: Opened | None) -> RawReader:
    """A reader whose records are opened too."""
    return reader if opened is None else _OpeningReader(reader, opened)


class _OpeningReader:
    """See `RawReader`."""

    def __init__(self, reader: RawReader, opened: Opened) -> None:
        self._reader = reader
        self._opened = opened

    async def read(self, position: RawPosition) -> RawRecord | None:
        record = await self._reader.read(position)
        return None if record is None else (await self._opened([record]))[0]

    async def close(self) -> None:
        await self._reader.close()
