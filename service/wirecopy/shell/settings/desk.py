"""Settings of the publisher's desk: watches, and who may change them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

from wirecopy.shell.settings.kinds import ReadableFile, as_list, setting


class DeskSettings(BaseSettings):
    """See docs/desk.md."""

    desk_enabled: bool = setting(False, "Match verdicts with watches; see docs/desk.md.")
    desk_tokens_file: ReadableFile | None = setting(None, "File of tokens, `tenant token` a line.")
    desk_user_header: str | None = setting(None, "Header in which a proxy names the tenant.", min_length=1)
    notify_targets_file: ReadableFile | None = setting(None, "TOML file of receivers; see docs/desk.md.")
    notify_allow_networks: Annotated[tuple[str, ...], NoDecode, BeforeValidator(as_list)] = setting(
        (), "Private networks that webhooks may reach."
    )
    licences_file: ReadableFile | None = setting(None, "TOML file of who may republish whom.")
    evidence_key_file: ReadableFile | None = setting(None, "Ed25519 key (PEM) that signs evidence.")
    desk_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(as_list)] = setting(
        ("127.0.0.0/8", "::1/128"), "Networks of such proxies."
    )
