"""How the origin index grows: look-up and insertion time, and bytes an article, from 10⁴ to 10⁷ articles.

A synthetic stream in the proportions of the measured ones: 90 … 194 picked shingles an article (142 on
average); 36 % of articles are new stories, of which 44 % of the shingles are new (63) and the others text of
many pages; 64 % are copies, which hold most of an earlier story (recent ones more often) and add four
shingles. Keys are computed from the story's number, so the stream needs no memory of its own. Each article is
looked up and then inserted by itself, as replay does it: arrays for hits are lent from one article to the
next. Time is the thread's CPU time, generation of keys apart. Figures of a decade are of its last fifth, so
that they hold the whole cost of growing: the mean and the median over windows of 1,000 articles, and what an
undisturbed machine would show: the quickest tenth of the windows at rest and of those in which postings move,
each by its share.

    python bench/growth.py 10000000 [--window 5000000]
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import sys
import time
from array import array
from collections.abc import Iterator, MutableSequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

ROOT: Final = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from wirecopy.core import limits  # noqa: E402
from wirecopy.core.index import lookup_kernels  # noqa: E402
from wirecopy.core.index.articles import ArticleStore  # noqa: E402 — the checkout's own package
from wirecopy.core.index.postings import I64, Postings  # noqa: E402
from wirecopy.core.index.row import COLUMNS  # noqa: E402
from wirecopy.core.model import U16, U64  # noqa: E402

STORY_SHARE: Final = 0.36
NEW_PART: Final = 0.44  # of a story's shingles
COPIED_PART: Final = 0.8  # of the original's new shingles
COPY_ADDS: Final = 4
SITES: Final = 1000
WINDOW: Final = 1000  # articles to a timing
LAST_PART: Final = 0.2  # of a decade, which its figures are of
PICKED_MAX: Final = 256  # shingles of an article, at most
HITS_MAX: Final = PICKED_MAX * limits.POSTINGS_COUNT_MAX
POSITIONS: Final = np.arange(PICKED_MAX, dtype=np.uint16)
LENT: Final = (np.empty(HITS_MAX, lookup_kernels.HIT), np.empty(PICKED_MAX, np.uint8))
NOTHING: Final[dict[str, Any]] = {
    **{name: 0 for name, _ in COLUMNS if name != "fresh"},
    "blob": b"",
}
BYTES_GOAL, TIME_GOAL_US, RATIO_GOAL = 600, 15.0, 2.0


@dataclass(frozen=True, slots=True)
class SyntheticArticle:
    keys: U64
    new: U64
    positions: U16
    story: int | None


@dataclass(frozen=True, slots=True)
class Decade:
    articles: int
    mean_us: float
    median_us: float
    quiet_us: float
    postings: float  # an article
    table_bytes: float  # an article
    directory_bytes: float  # an article

    @property
    def bytes(self) -> float:
        return self.table_bytes + self.directory_bytes


def mixed(values: U64) -> U64:
    """SplitMix64's finaliser: as good as the hash of a text."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def shingles(source: int, count: int, kind: int = 0) -> U64:
    """The keys 0 … count of a story or a site, yet to be mixed."""
    return np.arange(count, dtype=np.uint64) + np.uint64((kind << 60) + (source << 10))


def sizes(articles: I64) -> tuple[I64, I64]:
    """How many shingles each article has, and how many of them are new if it is a story."""
    picked = 90 + (articles * 2654435761 >> 7) % 105
    return picked, (picked * NEW_PART).astype(np.int64)


def stream(
    random: np.random.Generator, first: int, count: int, stories: MutableSequence[int]
) -> Iterator[SyntheticArticle]:
    """Articles `first` … `first + count`; `stories`, the numbers of those so far, is added to."""
    is_story = (random.random(count) < STORY_SHARE).tolist()
    recent = (random.random(count) ** 3).tolist()
    sites = (random.random(count) ** 3 * SITES).astype(np.int64)
    copied = np.full(count, -1, np.int64)  # the story that an article copies
    for i in range(count):
        if is_story[i] or not stories:
            stories.append(first + i)
        else:
            copied[i] = stories[-1 - int(recent[i] * len(stories))]
    numbers = np.arange(first, first + count)
    picked, new = sizes(numbers)
    is_copy = copied >= 0
    own = np.where(is_copy, COPY_ADDS, new)
    taken = np.where(is_copy, (sizes(copied)[1] * COPIED_PART).astype(np.int64), 0)
    common = np.maximum(picked - own - taken, 0)
    # of every article its own shingles, those of the story that it copies, its site's: all in one array
    counts = np.stack((own, taken, common), axis=1).ravel()
    ends = np.cumsum(counts)
    firsts = np.stack((numbers << 10, copied << 10, (sites << 10) + (1 << 60)), axis=1).ravel()
    keys = mixed((np.repeat(firsts - (ends - counts), counts) + np.arange(ends[-1])).astype(np.uint64))
    start = 0
    for end, news, story in zip(ends[2::3].tolist(), own.tolist(), copied.tolist(), strict=True):
        article = keys[start:end]
        yield SyntheticArticle(article, article[:news], POSITIONS[:news], None if story < 0 else story)
        start = end


def look_up(postings: Postings, keys: U64) -> None:
    """A look-up as replay makes it: the kernel is called with lent arrays (`comparison.survey`)."""
    lookup_kernels.postings_look_up(keys, postings.table, *LENT)


def add(postings: Postings, articles: ArticleStore, batch: list[SyntheticArticle], window: int) -> float:
    """Looks up and inserts a batch. Returns CPU seconds, those of the article store apart."""
    first = articles.next_number
    for i, article in enumerate(batch):
        articles.append(**{**NOTHING, "story": article.story, "log_time_ms": first + i})
    oldest = articles.expire_before(first - window) if window else 0
    start = time.thread_time()
    postings.expire(oldest)
    for number, article in enumerate(batch, first):
        look_up(postings, article.keys)
        postings.insert(article.new, number, article.positions)
    return time.thread_time() - start


def quiet(windows: list[float], moving: list[bool]) -> float:
    """The mean that the windows would have, had all of their kind been as quick as their quickest tenth."""
    total = 0.0
    for kind in (False, True):
        times = sorted(time for time, moves in zip(windows, moving, strict=True) if moves == kind)
        total += len(times) * statistics.fmean(times[: max(1, len(times) // 10)]) if times else 0.0
    return total / len(windows)


def decade(
    articles: int, windows: list[float], moving: list[bool], postings: Postings, store: ArticleStore
) -> Decade:
    last = windows[-max(1, int(articles * LAST_PART / WINDOW)) :]
    return Decade(
        articles,
        statistics.fmean(last),
        statistics.median(last),
        quiet(last, moving[-len(last) :]),
        len(postings) / len(store),
        postings.nbytes / len(store),
        store.nbytes / len(store),
    )


def measure(articles: int, window: int, seed: int) -> Iterator[Decade]:
    """Grows an index to `articles` and says how it does at each power of ten."""
    random = np.random.default_rng(seed)
    postings, store, stories = Postings(), ArticleStore(), array("q")
    for site in range(SITES):  # the text of many pages is known before the stream begins
        common = mixed(shingles(site, 150, kind=1))
        postings.insert(common, 0, np.zeros(len(common), np.uint16))
    windows: list[float] = []
    moving: list[bool] = []
    wanted = [n for n in (10**4, 10**5, 10**6, 10**7, 10**8) if n < articles] + [articles]
    for first in range(0, articles, WINDOW):
        batch = list(stream(random, first, min(WINDOW, articles - first), stories))
        windows.append(add(postings, store, batch, window) / len(batch) * 1e6)
        moving.append(postings.moving)
        if first + len(batch) == wanted[0]:
            yield decade(wanted.pop(0), windows, moving, postings, store)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("articles", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--window", type=int, default=0, help="articles after which one expires")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    gc.disable()  # it would walk the stream's own lists, and be counted as the index's time
    print("articles    µs an article          undis-   postings  bytes an article")
    print("            mean (median)          turbed   each      postings + directory")
    base: Decade | None = None
    row: Decade | None = None
    for row in measure(options.articles, options.window, options.seed):
        print(
            f"{row.articles:>10,}  {row.mean_us:5.2f} ({row.median_us:5.2f})  {row.quiet_us:13.1f}  "
            f"{row.postings:8.1f}  {row.table_bytes:6.0f} + {row.directory_bytes:.0f} = {row.bytes:.0f}",
            flush=True,
        )
        if row.articles == 100_000:
            base = row
    assert row is not None
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest resident size: {resident:,.0f} MB")
    print("goals at 10 million, and what came of them at the last row:")
    print(f"  {BYTES_GOAL} bytes an article: {row.bytes:.0f}")
    print(f"  {TIME_GOAL_US:.0f} µs an article: {row.mean_us:.1f}, undisturbed {row.quiet_us:.1f}")
    if base:
        mean, undisturbed = row.mean_us / base.mean_us, row.quiet_us / base.quiet_us
        print(f"  {RATIO_GOAL:.0f} times the time at 100 thousand: {mean:.2f}, undisturbed {undisturbed:.2f}")


if __name__ == "__main__":
    main()
