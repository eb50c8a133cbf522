"""The file of a bundle: its parts, their digests in a manifest, the manifest's signature, all in one ZIP of one form.

    manifest.json   what the bundle is about, the SHA-256 digest and the size of each other part, the public key
    signature       Ed25519 over manifest.json, 128 hexadecimal digits
    …               the parts, stored without compression

The ZIP has one form: the parts by name, no times, nothing between or behind. Whoever verifies makes it again from what it
holds and compares, so a changed byte is found wherever it stands, in the container too.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wirecopy.core.records.raw import json_indented, json_value
from wirecopy.shell.desk.evidence.keys import SigningKey, is_signed

FORMAT: Final = "wirecopy-evidence/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature"
BUNDLE_BYTES_MAX: Final = 512 * 1024 * 1024
_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can say


@dataclass(frozen=True, slots=True)
class Verified:
    """`faults`: sentences, none where the bundle is whole. `manifest`: what it says, as far as it could be read."""

    faults: tuple[str, ...]
    manifest: Mapping[str, Any]

    @property
    def key(self) -> str:
        return str(self.manifest.get("key", ""))


def sealed(parts: Mapping[str, bytes], about: Mapping[str, Any], key: SigningKey) -> bytes:
    """The bundle of these parts. `about`: further members of the manifest."""
    assert not {MANIFEST, SIGNATURE} & set(parts), "the manifest and its signature are made here"
    files = [
        {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in sorted(parts.items())
    ]
    manifest = json_indented({"format": FORMAT, **about, "files": files, "key": key.public}) + b"\n"
    signature = key.sign(manifest).encode()
    return _zip({**parts, MANIFEST: manifest, SIGNATURE: signature})


def _zip(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(parts):
            info = zipfile.ZipInfo(name, _TIME)
            info.external_attr = 0o644 << 16
            info.create_system = 3  # the same on every system
            file.writestr(info, parts[name])
    return stream.getvalue()


def verify(data: bytes, key: str = "") -> Verified:
    """Check a bundle without anything else. `key`: the operator's public key, where it is known by other means."""
    try:
        parts = _unzipped(data)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError, EOFError) as error:
        return Verified((f"The file is no sound ZIP: {error}.",), {})
    manifest = parts.get(MANIFEST, b"")
    try:
        said = json_value(manifest)
        listed = {one["name"]: (one["sha256"], one["bytes"]) for one in said["files"]}
        if said["format"] != FORMAT:
            return Verified((f"The format is {said['format']}; this release knows {FORMAT}.",), said)
    except (ValueError, KeyError, TypeError):
        return Verified(("The bundle has no manifest that can be read.",), {})
    return Verified(tuple(_faults(data, parts, said, listed, key)), said)


def _unzipped(data: bytes) -> dict[str, bytes]:
    if len(data) > BUNDLE_BYTES_MAX:
        raise ValueError(f"it has more than {BUNDLE_BYTES_MAX} bytes")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        infos = file.infolist()
        if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
            raise ValueError("a part is compressed")
        if sum(info.file_size for info in infos) > len(data):
            raise ValueError("its parts are larger than itself")
        if len({info.filename for info in infos}) < len(infos):
            raise ValueError("two parts have one name")
        return {info.filename: file.read(info) for info in infos}


def _faults(
    data: bytes, parts: Mapping[str, bytes], said: Mapping[str, Any], listed: Mapping[str, Any], key: str
) -> list[str]:
    found = []
    public = said.get("key")
    signature = parts.get(SIGNATURE, b"").decode("ascii", "replace")
    if not isinstance(public, str) or not is_signed(public, signature, parts[MANIFEST]):
        found.append("The signature does not fit the manifest: one of them was changed.")
    elif key and public != key:
        found.append("The bundle is signed by another key.")
    found += [f"{name} is missing." for name in sorted(set(listed) - set(parts))]
    more = set(parts) - set(listed) - {MANIFEST, SIGNATURE}
    found += [f"{name} is not in the manifest." for name in sorted(more)]
    for name in sorted(set(listed) & set(parts)):
        part = parts[name]
        if (hashlib.sha256(part).hexdigest(), len(part)) != listed[name]:
            found.append(f"{name} was changed.")
    if not found and _zip(parts) != data:
        found.append("Bytes outside the parts were changed.")
    return found
