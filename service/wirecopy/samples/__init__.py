"""About forty articles in nine languages, written for this project, that tell a story: the demo's and the
tests' input.

Every place, person, paper and event in them is invented; the two real agencies appear as credits only. In
order of arrival: a wire report, three verbatim copies, a copy on a page that is half headline list and spells
the names otherwise, two unrelated pages of that site (the trap), a column with a short quotation, an essay
around a long one, a re-send, a live blog, an update; agency copy whose source never arrives; copies with
credits in seven languages; a cookie notice shared by three sites; a round-up of two; an original that arrives
after its copies.
"""

from __future__ import annotations

from importlib import resources

FILE_NAME = "articles.jsonl"


def lines() -> list[bytes]:
    """The raw records as JSON, one each, in order of arrival."""
    return resources.files(__name__).joinpath(FILE_NAME).read_bytes().splitlines()
