"""Settings of the schema registry whose Avro and Protobuf are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from wirecopy.shell.settings.kinds import ReadableFile, Time, setting


def _web_address(value: str) -> str:
    if not value.lower().startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    if "@" in value:
        raise ValueError("must hold no login; use WIRECOPY_REGISTRY_USER and WIRECOPY_REGISTRY_PASSWORD")
    return value


class RegistrySettings(BaseSettings):
    """See docs/registry.md."""

    registry_url: Annotated[str, AfterValidator(_web_address)] | None = setting(
        None, "Schema registry; see docs/registry.md."
    )
    registry_user: str | None = setting(None, "Its user.", min_length=1)
    registry_password: str | None = setting(None, "Its password.", secret=True, min_length=1)
    registry_ssl_ca_file: ReadableFile | None = setting(None, "Its CA certificates.")
    registry_timeout_ms: Time = setting(5_000, "Longest wait for an answer.")
