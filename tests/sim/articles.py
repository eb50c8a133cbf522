"""Small articles by a seed: copies, parts, templates, updates, credits, late originals, unreadable ones.

Invented words, a few sites. An article is a headline, some paragraphs of prose, and maybe the site's own
lines around them. Later ones are made from earlier ones, so that every rule of the verdict has something to
do; small, so that thousands of runs fit into a test.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field

SITES = ("cnn.com", "ednews.net", "courier.example", "gazette.example", "reuters.com", "herald.example")
_VOWELS, _CONSONANTS = "aeiou", "bcdfghklmnprstvz"
START_MS = 1_700_000_000_000


def _vocabulary() -> list[str]:
    chance = random.Random(4711)
    made: dict[str, None] = {}
    while len(made) < 900:
        size = chance.randrange(2, 5)
        made["".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(size))] = None
    return list(made)


WORDS = _vocabulary()
_CREDITS = (
    "By The Associated Press",
    "Source: CNN",
    "Ednews informs via CNN",
    "Originally published by Courier",
)
_DATELINES = ("PARIS (Reuters) — ", "CNN — ", "LONDON (AP) — ", "")
_UNREADABLE = (
    b"{not json",
    b"[1, 2]",
    b'{"title": "no body"}',
    b'{"body": ""}',
    None,
    b"\xff\xfe\x00",
    b'{"body": 7}',
)


@dataclass(slots=True)
class Article:
    site: str
    title: str
    paragraphs: list[str]
    url: str
    id: str
    publisher: str | None
    published_at: int | None

    def value(self, around: tuple[list[str], list[str]], credit: str | None, dateline: str) -> bytes:
        lines = [*around[0], self.title, *([credit] if credit else [])]
        lines += [dateline + self.paragraphs[0], *self.paragraphs[1:], *around[1]]
        raw: dict[str, object] = {"id": self.id, "title": self.title, "body": "\n".join(lines)}
        if self.url:
            raw["url"] = self.url
        if self.publisher:
            raw["publisher"] = self.publisher
        if self.published_at is not None:
            raw["published_at"] = self.published_at
        return json.dumps(raw, ensure_ascii=False).encode()


@dataclass(slots=True)
class Stream:
    """An endless stream of raw values."""

    chance: random.Random
    unreadable_share: float = 0.06
    _made: list[Article] = field(default_factory=list)
    _values: list[bytes] = field(default_factory=list)
    _templates: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    _count: int = 0

    def next(self) -> bytes | None:
        """The next raw value."""
        chance = self.chance
        if chance.random() < self.unreadable_share:
            return chance.choice(_UNREADABLE)
        if self._values and chance.random() < 0.07:
            return chance.choice(self._values)  # sent again, to the byte
        article = self._article()
        self._made.append(article)
        credit = chance.choice(_CREDITS) if chance.random() < 0.25 else None
        dateline = chance.choice(_DATELINES) if chance.random() < 0.3 else ""
        around = self._template(article.site) if chance.random() < 0.6 else ([], [])
        value = article.value(around, credit, dateline)
        self._values.append(value)
        return value

    def _article(self) -> Article:
        chance = self.chance
        self._count += 1
        roll = chance.random()
        if not self._made or roll < 0.35:
            return self._fresh()
        base = chance.choice(self._made)
        if roll < 0.60:
            return self._copy(base, list(base.paragraphs))
        if roll < 0.75:
            return self._copy(base, [chance.choice(base.paragraphs), self._paragraph()])
        if roll < 0.83:
            other = chance.choice(self._made)
            return self._copy(base, [base.paragraphs[0], other.paragraphs[-1]])
        changed = [self._spelled_anew(base.paragraphs[0]), *base.paragraphs[1:], self._paragraph()]
        return Article(
            base.site,
            base.title,
            changed,
            base.url,
            base.id,
            base.publisher,
            self._published(base.published_at),
        )

    def _fresh(self) -> Article:
        chance = self.chance
        site = chance.choice(SITES)
        paragraphs = [self._paragraph() for _ in range(chance.randrange(1, 4))]
        return self._at(site, self._title(), paragraphs, self._published(None))

    def _copy(self, base: Article, paragraphs: list[str]) -> Article:
        """Another site's, or the same one's under another address; now and then with an earlier date."""
        chance = self.chance
        if chance.random() < 0.4:
            paragraphs = [self._spelled_anew(text) for text in paragraphs]
        site = base.site if chance.random() < 0.12 else chance.choice(SITES)
        title = base.title if chance.random() < 0.5 else self._title()
        return self._at(site, title, paragraphs, self._published(base.published_at))

    def _at(self, site: str, title: str, paragraphs: list[str], published_at: int | None) -> Article:
        chance = self.chance
        url = f"https://www.{site}/news/{self._count}" if chance.random() < 0.85 else ""
        name = chance.choice((None, site, site.split(".", maxsplit=1)[0].upper()))
        if not url and name is None:
            name = site
        return Article(site, title, paragraphs, url, f"{site[:3]}-{self._count}", name, published_at)

    def _published(self, base: int | None) -> int | None:
        chance = self.chance
        if chance.random() < 0.4:
            return None
        at = START_MS if base is None else base
        return at + chance.randrange(-5_000_000, 10_000_000)

    def _title(self) -> str:
        return " ".join(self.chance.choice(WORDS) for _ in range(self.chance.randrange(3, 7))).capitalize()

    def _paragraph(self) -> str:
        chance = self.chance
        words = [chance.choice(WORDS) for _ in range(chance.randrange(22, 60))]
        for at in range(9, len(words) - 5, 11):
            words[at] += "."
            words[at + 1] = words[at + 1].capitalize()
        return " ".join(words).capitalize() + "."

    def _spelled_anew(self, text: str) -> str:
        """Another house's spelling: one word is another throughout, one sentence is dropped."""
        words = text.split(" ")
        at = self.chance.randrange(len(words))
        words[at] = self.chance.choice(WORDS)
        return " ".join(words)

    def _template(self, site: str) -> tuple[list[str], list[str]]:
        if site not in self._templates:
            above = [self._title() for _ in range(2)]
            below = [self._paragraph(), self._title()]
            self._templates[site] = (above, below)
        return self._templates[site]
