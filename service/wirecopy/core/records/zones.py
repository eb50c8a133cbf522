"""Time zones as dates name them: hours from Greenwich, and which names mean several.

Offsets are those of the IANA time zone database's abbreviations and of RFC 5322, 4.3, as they have been since about 2000.
A name that is in use for several offsets says only that the time is local somewhere: `AMBIGUOUS`. Of places like Europe/Paris
those are here whose clocks stand still or change by the rules of Europe or North America; any other says no more than that
the time is local. No system's time zone files are read: two replicas may have two of them.
"""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

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


_FIXED: dict[float, str] = {
    0: "africa/abidjan africa/accra africa/dakar atlantic/reykjavik etc/gmt etc/utc etc/uct etc/zulu",
    1: "africa/algiers africa/lagos africa/luanda africa/tunis africa/kinshasa",
    2: "africa/johannesburg africa/harare africa/kigali africa/lusaka africa/maputo africa/tripoli",
    3: "africa/nairobi africa/addis_ababa africa/kampala asia/baghdad asia/kuwait asia/qatar asia/riyadh",
    4: "asia/dubai asia/muscat asia/tbilisi",
    5: "asia/karachi asia/tashkent",
    5.5: "asia/kolkata asia/calcutta asia/colombo",
    5.75: "asia/kathmandu asia/katmandu",
    6: "asia/dhaka asia/thimphu",
    6.5: "asia/yangon asia/rangoon",
    7: "asia/bangkok asia/ho_chi_minh asia/saigon asia/jakarta asia/phnom_penh asia/vientiane",
    8: "asia/shanghai asia/hong_kong asia/macau asia/taipei asia/singapore asia/kuala_lumpur asia/manila australia/perth",
    9: "asia/tokyo asia/seoul",
    9.5: "australia/darwin",
    10: "australia/brisbane pacific/guam pacific/port_moresby",
    -4: "america/puerto_rico america/la_paz",
    -5: "america/bogota america/lima america/jamaica america/panama",
    -6: "america/costa_rica america/guatemala america/el_salvador america/regina",
    -7: "america/phoenix",
    -10: "pacific/honolulu us/hawaii",
}
_EUROPE: dict[float, str] = {
    0: "london dublin lisbon",
    1: "amsterdam andorra belgrade berlin bratislava brussels budapest copenhagen ljubljana luxembourg madrid malta "
    "monaco oslo paris podgorica prague rome sarajevo skopje stockholm tirane vaduz vienna warsaw zagreb zurich",
    2: "athens bucharest helsinki kiev kyiv riga sofia tallinn vilnius",
}
_AMERICA: dict[float, str] = {
    -4: "america/halifax",
    -5: "america/new_york america/detroit america/toronto america/montreal us/eastern canada/eastern",
    -6: "america/chicago america/winnipeg us/central canada/central",
    -7: "america/denver america/boise america/edmonton us/mountain canada/mountain",
    -8: "america/los_angeles america/vancouver us/pacific canada/pacific",
    -9: "america/anchorage us/alaska",
}
_STILL = {name: round(60 * hours) for hours, names in _FIXED.items() for name in names.split()}
_CHANGING_EUROPE = {
    f"europe/{name}": round(60 * hours) for hours, names in _EUROPE.items() for name in names.split()
}
_CHANGING_AMERICA = {name: round(60 * hours) for hours, names in _AMERICA.items() for name in names.split()}
PLACES = frozenset((*_STILL, *_CHANGING_EUROPE, *_CHANGING_AMERICA))
"""Places of the time zone database that `place_minutes` knows, in small letters."""
_RULES_SINCE = 2014  # that all these hold
_SUNDAY = 7


def _sunday(year: int, month: int, latest: int) -> date:
    """The last Sunday up to a day of a month."""
    day = date(year, month, latest)
    return day - timedelta(days=day.isoweekday() % _SUNDAY)


def place_minutes(place: str, day: date) -> int | None:
    """Minutes east of Greenwich of a place of the time zone database, in small letters, on a day; None where it is not known
    for certain."""
    if place in _STILL:
        return _STILL[place] if day.year >= _RULES_SINCE else None
    in_europe = place in _CHANGING_EUROPE
    minutes = _CHANGING_EUROPE.get(place, _CHANGING_AMERICA.get(place))
    if minutes is None or day.year < _RULES_SINCE:
        return None
    first, last = (31, _sunday(day.year, 10, 31)) if in_europe else (14, _sunday(day.year, 11, 7))
    begins = _sunday(day.year, 3, first)
    if day in (begins, last):  # when in the day, depends on the hour
        return None
    return minutes + 60 * (begins < day < last)


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
