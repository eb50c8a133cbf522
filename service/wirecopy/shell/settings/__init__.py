"""Every setting: its name, type, bounds, default, meaning; read from four places, taken or refused as a
whole.

A setting `kafka_group_id` is the environment variable `WIRECOPY_KAFKA_GROUP_ID`, the key `group_id` of the
table `[kafka]` in the file that `WIRECOPY_CONFIG_FILE` names (TOML), or a file `kafka_group_id` in the
directory that `WIRECOPY_SECRETS_DIR` names (as Kubernetes and Docker mount secrets). The environment wins
over secrets, secrets over the file, the file over the defaults; an empty variable counts as unset, as
compose files write them.

Invariant: a `Settings` that exists is sound.

    kinds.py      kinds of value, with what makes one unsound
    kafka.py      kafka_*
    pipeline.py   pipeline_*
    whole.py      `Settings`: these and all others (topics, fields, index, HTTP, logs)
    reading.py    `load`: merged from the four places, faults told at once
    showing.py    names, masked values, the rows of docs/configuration.md
    relations.py  what must hold between settings

Other packages import from here and from no file within (tools excepted).
"""

from wirecopy.shell.settings.kinds import SECRETS_DIR
from wirecopy.shell.settings.pipeline import PIPELINE
from wirecopy.shell.settings.reading import CONFIG_FILE, NOT_SETTINGS, ConfigFaults, Given, Loaded, load
from wirecopy.shell.settings.showing import Description, descriptions, is_secret, masked, variable
from wirecopy.shell.settings.whole import PREFIX, Settings

__all__ = [
    "CONFIG_FILE",
    "NOT_SETTINGS",
    "PIPELINE",
    "PREFIX",
    "SECRETS_DIR",
    "ConfigFaults",
    "Description",
    "Given",
    "Loaded",
    "Settings",
    "descriptions",
    "is_secret",
    "load",
    "masked",
    "variable",
]
