"""The watches of a file, for commands that read no topic: all of them, or the first that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wirecopy.shell.backends.disk.keyed_file import KeyedFile
from wirecopy.shell.desk.licences import Licensed, nobody_knows
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.watches.listing import WatchList
from wirecopy.shell.desk.watches.watch import WatchFault, watch_from_bytes
from wirecopy.shell.errors import PortError


def watches_of_file(path: Path, aliases: Mapping[str, str], licensed: Licensed = nobody_knows) -> WatchList:
    """ValueError, with a sentence, where the file is missing or a line is no watch."""
    table = KeyedFile(path)
    if not path.exists():
        raise ValueError(f"“{path}” is not there")
    watches = WatchList(table, Parties(aliases), licensed=licensed)
    try:
        rows = table.rows()
    except PortError as error:
        raise ValueError(str(error)) from error
    for key, row in rows.items():
        try:
            watches.watches.put(watch_from_bytes(key, row))
        except WatchFault as fault:
            raise ValueError(f"watch “{key}” of “{path}”: {fault}") from fault
    return watches
