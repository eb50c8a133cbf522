"""What extraction libraries do to a text before it reaches us. Run by tools.reader_tables.

Prints one JSON object a row: `{"case": …, "library": …, "text": …, "page": …, "plain": …}`. Each case writes one article of
our own in HTML in its own way, between a menu and a footer. `text` is what the library gives for that page, `plain` the
article's words as a person reads them.
"""

import json
import logging
import re

import html_text
import newspaper
import readability
import trafilatura
from resiliparse.extract.html2text import extract_plain_text

logging.disable(logging.CRITICAL)

ENGLISH = [
    (
        "The council voted on Monday to close the northern ferry landing, after surveyors had discovered fractures in "
        "several pillars and reported that another winter storm could demolish the whole structure within minutes."
    ),
    (
        "Harbour master Ines Toller described the decision as overdue. She said: “Nobody should be walking there any "
        "longer, whatever the posters promise.” Her department closed the gate on the same evening."
    ),
    (
        "Ferries will depart from the southern quay instead, and fishermen who kept their vessels beside the landing "
        "have been promised berths inside the basin until the repairs are completed next summer."
    ),
]
JAPANESE = [
    "市議会は月曜日、北側の桟橋を閉鎖することを決めた。柱に亀裂が見つかり、冬の嵐で崩れるおそれがあると技師が報告したためである。",
    "港長は決定が遅すぎたと述べ、同じ日の夕方に門を閉めた。漁師たちは南側の岸壁に船を移し、夏に工事が終わるまで待つことになる。",
]


def within_words(mark):
    return lambda text: re.sub(r"\b(\w{3})(\w{3,})", rf"\1{mark}\2", text)


def with_ruby(text):
    return re.sub(r"([\u4e00-\u9fff]+)", r"<ruby>\1<rt>かな</rt></ruby>", text)


CASES = {
    "plain": (ENGLISH, lambda text: text),
    "soft hyphens": (ENGLISH, within_words("\u00ad")),
    "`<wbr>` in words": (ENGLISH, within_words("<wbr>")),
    "a letter in a tag of its own": (
        ENGLISH,
        lambda text: re.sub(r"\b(\w)(\w{4,})", r"<span>\1</span>\2", text),
    ),
    "emphasis inside words": (ENGLISH, lambda text: re.sub(r"\b(\w{3})(\w{3,})", r"\1<em>\2</em>", text)),
    "ruby readings": (JAPANESE, with_ruby),
    "a line break a clause": (ENGLISH, lambda text: text.replace(", ", ",<br>")),
    "no-break spaces": (ENGLISH, lambda text: text.replace(" ", "\u00a0")),
    "quotation as `<q>`": (ENGLISH, lambda text: text.replace("“", "<q>").replace("”", "</q>")),
    "references escaped twice": (
        ENGLISH,
        lambda text: text.replace("“", "&amp;ldquo;").replace("”", "&amp;rdquo;"),
    ),
}
PAGE = (
    "<!doctype html><html><head><meta charset='utf-8'><title>Landing to close</title></head><body>"
    "<nav><a href='/'>Home</a> <a href='/news'>News</a></nav><main><article><h1>Landing to close</h1>"
    "{}</article></main><footer>Harbour Letter</footer></body></html>"
)


def by_newspaper(page):
    article = newspaper.Article("https://news.example/landing")
    article.download(input_html=page)
    article.parse()
    return article.text


EXTRACTORS = {
    "trafilatura": trafilatura.extract,
    "resiliparse": lambda page: extract_plain_text(page, main_content=True),
    "newspaper4k": by_newspaper,
    "readability-lxml": lambda page: html_text.extract_text(readability.Document(page).summary()),
    "html-text": html_text.extract_text,
}

for case, (paragraphs, written) in CASES.items():
    page = PAGE.format("".join(f"<p>{written(text)}</p>" for text in paragraphs))
    for library, extract in EXTRACTORS.items():
        row = {"case": case, "library": library, "text": extract(page) or "", "page": page}
        print(json.dumps(row | {"plain": "\n\n".join(paragraphs)}))
