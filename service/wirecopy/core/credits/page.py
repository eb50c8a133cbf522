"""A text under search for credits: its tokens, its lines, whose it is, and the tests of place that all
rules share."""

from __future__ import annotations

import re

from wirecopy.core import limits
from wirecopy.core.credits.names import Name, credited, is_medium
from wirecopy.core.credits.rules import Rules
from wirecopy.core.model import Credit, CreditKind, CreditScope
from wirecopy.core.text.tokens import Tokens
from wirecopy.core.values import Value

LINE_ENDS = re.compile(r"[ \t\u00a0.,;:!?)\]}»”\"'’…。）」』】|>→›*_\-–—]{0,24}(?:\n|\r|\Z)")
SENTENCE_ENDS = re.compile(r"[)\]»”\"'’]{0,8}\s{0,8}(?:[.!?;。|)\]\n\r]|\Z)")
_HEAD = r"(?:^|[\n\r.!?…。:;|)\](（\[»”\"]|[-–—•*·>])[\s\"'“„«(（\[*_•\-–—>]*"
_HEAD_BEFORE = re.compile(_HEAD + r"\Z")
_HEAD_AND_WORD = re.compile(_HEAD + r"\w{1,4}[ '’]\Z")


class Page(Value):
    text: str
    tokens: Tokens
    own: frozenset[str]
    title: str
    rules: Rules
    year: int  # of publication; 0 where it is not known
    stale: list[
        tuple[str, int]
    ]  # keys in copyright lines of other years, and where: such lines are the site's

    def line_start(self, at: int) -> int:
        """Start of the line that holds code point `at`, as far as credits look."""
        if at <= limits.CREDIT_LINE_CHARS_MAX:
            return self.text.rfind("\n", 0, at) + 1
        least = at - limits.CREDIT_LINE_CHARS_MAX
        return self.text.rfind("\n", least, at) + 1 or least

    def line_end(self, at: int) -> int:
        """End of the line that holds code point `at`, as far as credits look."""
        end = self.text.find("\n", at, at + limits.CREDIT_LINE_CHARS_MAX)
        return end if end >= 0 else min(len(self.text), at + limits.CREDIT_LINE_CHARS_MAX)

    def credit(
        self, kind: CreditKind, name: Name, start: int, end: int, scope: CreditScope | None = None
    ) -> Credit | None:
        """The credit, or None where it names the publisher itself or stands in the headline. `scope`: where it is not
        what its kind and name say."""
        key, agency = credited(name.text, self.own)
        if not key:
            return None
        phrase = self.text[start:end]
        if self.title and phrase in self.title:
            return None
        if scope is None:
            scope = _scope(kind, agency=agency or (kind is CreditKind.BYLINE and is_medium(name.text)))
        return Credit(kind, name.text, key, agency, phrase, start, end, scope)

    def line_is_short(self, start: int) -> bool:
        """Whether the line from `start` ends within what credits look at."""
        end = self.text.find("\n", start, start + limits.CREDIT_LINE_CHARS_MAX)
        return end >= 0 or len(self.text) - start <= limits.CREDIT_LINE_CHARS_MAX

    def nearly_begins_sentence(self, start: int) -> bool:
        """The same, an article or other short word before it: "The full story at X"."""
        return self.begins_sentence(start) or bool(
            _HEAD_AND_WORD.search(self.text, max(0, start - 16), start)
        )

    def begins_sentence(self, start: int) -> bool:
        """Whether a line or sentence begins at code point `start`."""
        return start == 0 or bool(_HEAD_BEFORE.search(self.text, max(0, start - 12), start))


def _scope(kind: CreditKind, *, agency: bool) -> CreditScope:
    """How much a credit of a kind says, in the best place. "Originally published by" is said of texts alone; datelines,
    bylines and sources are believed of agencies, which exist to be printed."""
    if kind is CreditKind.MENTION:
        return CreditScope.FACT
    if kind is CreditKind.ORIGINALLY:
        return CreditScope.TEXT
    if kind in (CreditKind.DATELINE, CreditKind.BYLINE, CreditKind.SOURCE) and agency:
        return CreditScope.TEXT
    return CreditScope.CLAIM
