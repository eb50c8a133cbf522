"""Reading settings from their four places, and every fault told at once.

`load` collects *every* fault (unknown names, values out of range, relations that do not hold) and raises them
together, a sentence each, since a service that reveals one fault per restart takes an afternoon to start. A
name nobody reads is a fault too: a typo in a time-out must not be silent.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SecretsSettingsSource, SettingsError

from wirecopy.shell.settings.kinds import SECRETS_DIR
from wirecopy.shell.settings.relations import RELATIONS
from wirecopy.shell.settings.showing import MASK, masked, variable
from wirecopy.shell.settings.whole import PREFIX, Settings

CONFIG_FILE = PREFIX + "CONFIG_FILE"
SECRETS_ORIGIN = "secrets directory"
NOT_SETTINGS = {CONFIG_FILE, SECRETS_DIR, PREFIX + "REQUIRE_BROKER"}  # the last: of our tests

# Kubernetes puts WIRECOPY_SERVICE_HOST, WIRECOPY_PORT_9092_TCP… into every pod beside a Service called
# "wirecopy".
SERVICE_LINK_NAME = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$")
SERVICE_LINK_VALUE = re.compile(r"^(tcp|udp|sctp)://")


class ConfigFaults(Exception):  # noqa: N818 - several at once
    """The settings are refused; `faults` holds a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Given:
    """A value as some source gave it, and how that source names it."""

    value: object
    origin: str  # "environment", "secrets directory", "file wirecopy.toml"
    name: str  # "WIRECOPY_HTTP_PORT", "http.port"


@dataclass(frozen=True, slots=True)
class Loaded:
    settings: Settings
    origins: Mapping[str, str]  # of every setting, "default" included


def load() -> Loaded:
    """Read, merge, validate. Raises `ConfigFaults` with every fault there is."""
    faults: list[str] = []
    given: dict[str, Given] = {}
    for source in (_from_file(faults), _from_secrets(faults), _from_environment(faults)):  # the later wins
        given.update(source)
    settings, invalid = _validated(given, faults)
    for relation in RELATIONS:
        if not invalid & set(relation.names) and not relation.holds(settings):
            shown = ", ".join(f"{variable(n)}={masked(n, getattr(settings, n))}" for n in relation.names)
            faults.append(f"{shown}: {relation.sentence}.")
    if faults:
        raise ConfigFaults(faults)
    origins = {name: given[name].origin if name in given else "default" for name in Settings.model_fields}
    return Loaded(settings, origins)


def _validated(given: Mapping[str, Given], faults: list[str]) -> tuple[Settings, set[str]]:
    """Settings in which the invalid values are replaced by defaults, and the names of those."""
    values = {name: item.value for name, item in given.items()}
    try:
        return Settings.model_validate(values), set()
    except ValidationError as error:
        invalid = {str(fault["loc"][0]) for fault in error.errors()}
        for name in sorted(invalid):
            messages = {_message(fault) for fault in error.errors() if fault["loc"][0] == name}
            item = given[name]
            # a file there may lie under another's name: nothing of that directory is shown
            shown = MASK if item.origin == SECRETS_ORIGIN else masked(name, item.value)
            faults.append(f"{item.name}={shown} ({item.origin}): {'; '.join(sorted(messages))}.")
        return Settings.model_validate({n: v for n, v in values.items() if n not in invalid}), invalid


def _message(fault: Any) -> str:
    text = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if text != fault["msg"]:
        return text if str(fault["msg"]).startswith("Value error") else f"must be {text}"
    return text[:1].lower() + text[1:]


def _from_environment(faults: list[str]) -> dict[str, Given]:
    known = {variable(name) for name in Settings.model_fields} | NOT_SETTINGS
    for name, value in os.environ.items():
        if not name.upper().startswith(PREFIX) or name.upper() in known:
            continue
        if not (SERVICE_LINK_NAME.search(name) or SERVICE_LINK_VALUE.match(value)):
            faults.append(f"{name} (environment): unknown setting; {_meant(name.upper(), known)}")
    values = EnvSettingsSource(Settings)()
    return {n: Given(v, "environment", variable(n)) for n, v in values.items() if n in Settings.model_fields}


def _from_secrets(faults: list[str]) -> dict[str, Given]:
    directory = os.environ.get(SECRETS_DIR)
    if not directory:
        return {}
    if not os.path.isdir(directory):  # noqa: PTH112 - Path's raises for some names
        faults.append(f"{SECRETS_DIR}={directory} (environment): is not a directory.")
        return {}
    values: dict[str, Any] = {}
    for prefix in (PREFIX, ""):
        try:
            values |= SecretsSettingsSource(Settings, directory, env_prefix=prefix)()
        except (OSError, UnicodeDecodeError, SettingsError) as error:
            faults.append(f"{SECRETS_DIR}={directory} (environment): cannot be read ({error}).")
    return {n: Given(v, SECRETS_ORIGIN, n) for n, v in values.items() if n in Settings.model_fields and v}


def _from_file(faults: list[str]) -> dict[str, Given]:
    path = os.environ.get(CONFIG_FILE)
    if not path:
        return {}
    origin = f"file {Path(path).name}"
    try:
        document = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{CONFIG_FILE}={path} (environment): cannot be read as TOML ({error}).")
        return {}
    given = {}
    for name, shown, value in _flat(document):
        if name in Settings.model_fields:
            given[name] = Given(value, origin, shown)
        else:
            faults.append(f"{shown} ({origin}): unknown setting; {_meant(name, set(Settings.model_fields))}")
    return given


def _flat(document: Mapping[str, Any], name: str = "", shown: str = "") -> Iterator[tuple[str, str, Any]]:
    """`{"kafka": {"group_id": 1}}` → ("kafka_group_id", "kafka.group_id", 1); tables of any depth."""
    for key, value in document.items():
        full, dotted = name + key.replace("-", "_"), f"{shown}{key}"
        if isinstance(value, dict) and full not in Settings.model_fields:
            yield from _flat(value, full + "_", dotted + ".")
        else:
            yield full, dotted, value


def _meant(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else "see docs/configuration.md for all settings."
