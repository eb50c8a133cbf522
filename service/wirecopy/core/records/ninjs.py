"""IPTC ninjs 1.x, 2.x and 3.x: news agencies' JSON, found by its shape and read into the common fields.

The three generations say the same in three ways (https://iptc.org/std/ninjs/): 1.x names its texts by pattern
(`body_text`, `body_xhtml`, `headline`), 2.x makes them lists (`bodies`, `headlines`) with lower-case members
(`contenttype`, `versioncreated`), 3.x spells those in camel case (`contentType`, `versionCreated`). One
reader takes all three, member by member, since agencies mix them and seldom declare which they write.

An item often carries its text twice, plain and marked up. Offsets of passages must mean one of them, so the
choice is fixed: the longest plain text, unless a marked-up one is far longer (then the plain one is a
teaser); of equals the first. An item's time is that of this version: that is when this text was published.
Its publisher is who holds the copyright, since `infosource` names anyone who had a part in it.
"""

from __future__ import annotations

import re

from wirecopy.core.records.fields import Found

_TEASER_FACTOR = 4  # markup alone does not make a text four times as long
_BODY_NAME = re.compile(r"body_[a-zA-Z0-9_]+\Z")
_MARKUP_NAME = re.compile(r"html|nitf|xml", re.IGNORECASE)
# RFC 3085 (urn:newsml:provider:date:id), RFC 4151 (tag:authority,date:id): who gave the identifier.
_AUTHORITY = re.compile(
    r"(?:urn:newsml:([^:,/\s]{1,253}):|tag:(?:[^@,\s]{1,64}@)?([^@:,/\s]{1,253})[,:])", re.IGNORECASE
)
_PUBLISHER_ROLES = ("publisher", "distributor", "provider", "supplier", "originator")


def is_ninjs(record: dict[str, object]) -> bool:
    """Whether a record is a ninjs item: it says so, or has an item's `uri` and a body or headlines as ninjs
    names them.
    """
    for member in ("$standard", "standard"):
        standard = record.get(member)
        if isinstance(standard, dict) and standard.get("name") == "ninjs":
            return True
    if not isinstance(record.get("uri"), str):
        return False
    if isinstance(record.get("bodies"), list) or isinstance(record.get("headlines"), list):
        return True
    return "versioncreated" in record or any(_BODY_NAME.match(member) for member in record)


def _either(record: dict[str, object], *members: str) -> object:
    """The first of the members that is there: the spellings of the three generations."""
    for member in members:
        value = record.get(member)
        if value is not None:
            return value
    return None


def _objects(value: object) -> list[dict[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _bodies(record: dict[str, object]) -> list[tuple[str, str]]:
    """(content type or "", text) of each body, in order."""
    found: list[tuple[str, str]] = []
    for entry in _objects(record.get("bodies")):
        text = entry.get("value")
        kind = _either(entry, "contentType", "contenttype", "mimetype")
        if isinstance(text, str) and text.strip():
            if not isinstance(kind, str) and _MARKUP_NAME.search(str(entry.get("role"))):
                kind = "text/html"
            found.append((kind if isinstance(kind, str) else "", text))
    for member, text in record.items():
        if isinstance(text, str) and text.strip() and _BODY_NAME.match(member):
            markup = _MARKUP_NAME.search(member)
            found.append(("text/html" if markup else "text/plain" if member == "body_text" else "", text))
    return found


def _chosen_body(record: dict[str, object]) -> tuple[object, object]:
    """(text, content type) of the body that is judged; (None, None) where there is none."""
    plain: tuple[str, str] | None = None
    markup: tuple[str, str] | None = None
    for kind, text in _bodies(record):
        if _MARKUP_NAME.search(kind):
            if markup is None or len(text) > len(markup[1]):
                markup = ("text/html", text)
        elif plain is None or len(text) > len(plain[1]):
            plain = (kind, text)
    if plain is None or (markup is not None and len(markup[1]) > _TEASER_FACTOR * len(plain[1])):
        plain = markup
    return (plain[1], plain[0] or None) if plain else (None, None)


def _headline(record: dict[str, object]) -> object:
    """`headline`, the main one of `headlines`, else `title`, which an agency means for its own readers."""
    if isinstance(record.get("headline"), str):
        return record["headline"]
    entries = [entry for entry in _objects(record.get("headlines")) if isinstance(entry.get("value"), str)]
    for entry in entries:
        if entry.get("role") in ("main", "headline"):
            return entry["value"]
    return entries[0]["value"] if entries else record.get("title")


def _publisher(record: dict[str, object]) -> object:
    """The copyright holder, else the information source whose role is a publisher's, else the only source
    there is.
    """
    holder = _either(record, "copyrightHolder", "copyrightholder")
    if isinstance(holder, str) and holder.strip():
        return holder
    sources = _objects(_either(record, "infoSources", "infosources", "infosource"))
    for entry in sources:
        role = str(_either(entry, "role", "rel", "code") or "").lower()
        if any(role.endswith(name) for name in _PUBLISHER_ROLES):
            return _either(entry, "name", "literal")
    return _either(sources[0], "name", "literal") if len(sources) == 1 else None


def _url(record: dict[str, object]) -> object:
    """The page's address: the item's own identifier where that is one, else an alternative identifier that
    is.
    """
    uri = record.get("uri")
    alternatives = _either(record, "altIds", "altids")
    values: list[object] = [uri, record.get("url")]
    if isinstance(alternatives, dict):  # 1.x
        values += alternatives.values()
    values += [entry.get("value") for entry in _objects(alternatives)]
    for value in values:
        if isinstance(value, str) and value[:8].lower().startswith(("http://", "https://")):
            return value
    return None


def read_ninjs(record: dict[str, object]) -> Found:
    """The fields of a ninjs item, as they came."""
    body, content_type = _chosen_body(record)
    uri = record.get("uri")
    match = _AUTHORITY.match(uri) if isinstance(uri, str) else None
    authority = (match[1] or match[2]).lower() if match else ""
    publisher = _publisher(record)
    return Found(
        body=body,
        content_type=content_type,
        id=uri,
        url=_url(record),
        title=_headline(record),
        publisher=publisher if publisher is not None else record.get("publisher"),
        published_at=_either(record, "versionCreated", "versioncreated", "firstCreated", "firstcreated"),
        language=record.get("language"),
        version=record.get("version"),
        authority=authority if "." in authority else "",
        evolved_from=_either(record, "evolvedFrom", "evolvedfrom"),
    )
