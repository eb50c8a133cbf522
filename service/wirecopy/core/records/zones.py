"""Time zones as dates name them: hours from Greenwich, and which names mean several.

Offsets are those of the IANA time zone database's abbreviations and of RFC 5322, 4.3, as they have been since about 2000.
A name that is in use for several offsets says only that the time is local somewhere: `AMBIGUOUS`. Names like Europe/Paris
are not here, since what they mean depends on the day: a date that has nothing else is not read.
"""

from __future__ import annotations

import unicodedata

_HOURS: dict[float, str] = {
    0: "z ut utc gmt wet azost egst",
    1: "cet mez west wat",
    2: "cest mesz eet oez cat sast haec",
    3: "eest oesz msk eat trt tsk fet idt",
    3.5: "irst",
    4: "msd samt azt get mut ret sct",
    4.5: "irdt aft",
    5: "yekt pkt uzt tjt tmt mvt orat",
    5.75: "npt",
    6: "omst bdt btt alm",
    6.5: "mmt cct",
    7: "novt krat ict wib hovt",
    8: "irkt wita sgt hkt myt pht awst ulat bnt",
    8.75: "acwst",
    9: "jst kst yakt wit tlt pwt",
    9.5: "acst",
    10: "aest vlat chst pgt chut",
    10.5: "acdt",
    11: "aedt magt sakt sret nct sbt vut pont kost bougt",
    12: "nzst pett anat fjt tvt mht",
    12.75: "chast",
    13: "nzdt phot tot",
    13.75: "chadt",
    14: "lint",
    -1: "cvt azot egt",
    -2: "brst wgst fnt pmdt",
    -2.5: "ndt hntn",
    -3: "brt art clst uyt gft srt rott wgt pmst",
    -3.5: "nst",
    -4: "edt vet bot gyt clt",
    -5: "est cdt cot pet acre",
    -6: "mdt galt easst",
    -7: "mst pdt",
    -8: "pst akdt",
    -9: "akst hdt gamt",
    -9.5: "mart",
    -10: "hst hast ckt taht",
    -11: "nut",
}
ZONES = {name: round(60 * hours) for hours, names in _HOURS.items() for name in names.split()}
"""Name in small letters → minutes east of Greenwich."""

# In use for: China, Cuba and North America; India, Ireland and Israel; Britain and Bangladesh; the Atlantic and Arabia;
# Armenia and the Amazon; the Gulf and South Georgia; Samoa and Singapore; … and hours that change with the season.
_SEVERAL = "cst ist bst ast adt amt amst gst sst wst act ect pyt pyst lhst fkst bt et ct mt pt at local lt"
AMBIGUOUS = frozenset(_SEVERAL.split())

# Military letters were defined with their signs reversed: RFC 5322 has them mean an unknown zone.
MILITARY = frozenset("abcdefghiklmnopqrstuvwxy")


def folded(text: str) -> str:
    """Small letters without marks, digits in ASCII, blanks and signs in their plain form: what dates are compared by."""
    if text.isascii():
        return text.lower()
    wide = unicodedata.normalize("NFKD", text).casefold()
    kept = []
    for character in unicodedata.normalize("NFKD", wide):
        category = unicodedata.category(character)
        if category == "Nd":
            kept.append(str(unicodedata.digit(character)))
        elif category not in ("Mn", "Cf"):
            kept.append(_PLAIN.get(character, character))
    return unicodedata.normalize("NFC", "".join(kept))


_PLAIN = {"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2019": "'", "\u0131": "i"}
