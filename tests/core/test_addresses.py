"""An address says who published where it does: through caches and redirects, and on platforms by what of it names one."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.core.addresses import names_page, place_of
from wirecopy.core.platforms import carrier_of
from wirecopy.core.publishers import fold_name, host_of, one_name, registrable_domain

labels = st.from_regex(r"[a-z][a-z0-9]{2,12}", fullmatch=True)
ENDS = [".com", ".example", ".co.uk", ".de", ".com.br"]
hosts = st.builds(
    lambda name, end: f"{name}paper{end}",
    labels,
    st.sampled_from(ENDS),
)
slugs = st.from_regex(r"[a-z]{3,8}-[a-z]{3,8}-[0-9]{2,6}", fullmatch=True)


def dashed(host: str) -> str:
    return host.replace("-", "--").replace(".", "-")


WRAPPERS = {
    "AMP cache": lambda host, path: f"https://{dashed(host)}.cdn.ampproject.org/c/s/www.{host}/{path}",
    "AMP cache, plain": lambda host, path: (
        f"https://{dashed(host)}.cdn.ampproject.org/v/{host}/{path}?amp_js_v=0.1"
    ),
    "AMP viewer": lambda host, path: f"https://www.google.com/amp/s/{host}/{path}",
    "Bing's AMP": lambda host, path: f"https://www.bing.com/amp/s/www.{host}/{path}",
    "web archive": lambda host, path: f"https://web.archive.org/web/20240602101500/https://www.{host}/{path}",
    "web archive, bare": lambda host, path: f"http://web.archive.org/web/2024id_/http://{host}:80/{path}",
    "archive.today": lambda host, path: f"https://archive.ph/20240602/https://{host}/{path}",
    "a national archive": lambda host, path: f"https://arquivo.pt/wayback/20240602/https://{host}/{path}",
    "translator": lambda host, path: f"https://{dashed(host)}.translate.goog/{path}?_x_tr_sl=de&_x_tr_tl=en",
    "old translator": lambda host, path: (
        f"https://translate.google.com/translate?sl=auto&tl=en&u=https://{host}/{path}"
    ),
    "reader": lambda host, path: f"https://r.jina.ai/https://{host}/{path}",
    "paywall remover": lambda host, path: (
        f"https://12ft.io/proxy?q={quote(f'https://{host}/{path}', safe='')}"
    ),
    "unknown proxy": lambda host, path: f"https://reader.unheard-of.app/https://{host}/{path}",
    "search engine": lambda host, path: (
        f"https://www.google.com/url?sa=t&url={quote(f'https://{host}/{path}', safe='')}&usg=x"
    ),
    "social network": lambda host, path: (
        f"https://l.facebook.com/l.php?u={quote(f'https://{host}/{path}', safe='')}&h=AT0"
    ),
    "link protection": lambda host, path: f"https://urldefense.com/v3/__https://{host}/{path}__;!!Abc",
    "turbo pages": lambda host, path: f"https://{host.replace('.', '-')}.turbopages.org/{host}/s/{path}",
    "two wrappers": lambda host, path: (
        f"https://web.archive.org/web/2024/https://translate.google.com/translate?u=https://{host}/{path}"
    ),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@given(host=hosts, path=slugs)
def test_a_cache_or_redirect_leads_to_the_articles_own_site(wrapper: str, host: str, path: str) -> None:
    place = place_of(WRAPPERS[wrapper](host, path))
    assert (place.host, place.site) == (host, host)


@given(host=hosts, path=slugs, other=hosts)
def test_an_address_that_only_speaks_of_another_keeps_its_own_site(host: str, path: str, other: str) -> None:
    for url in (
        f"https://www.{host}/news/{path}?ref=https://{other}",
        f"https://{host}/{path}#https://{other}/",
        f"https://m.{host}/amp/{path}",
        f"https://{host}/news/2024/06/{path}?utm_source=feed",
        f"https://{host}/{path}?share={quote('https://' + other, safe='')}",
    ):
        assert place_of(url).site == host, url


BY_PATH = [
    "https://t.me/{0}/12", "https://t.me/s/{0}/12", "https://medium.com/@{0}/a-story-1f", "https://www.facebook.com/{0}/posts/1",
    "https://x.com/{0}/status/1", "https://note.com/{0}/n/n12", "https://blog.naver.com/{0}/2231", "https://www.youtube.com/@{0}/community",
    "https://feedproxy.google.com/~r/{0}/~3/x/", "https://feeds.feedburner.com/{0}", "https://sites.google.com/view/{0}/news",
    "https://open.substack.com/pub/{0}/p/a-story", "https://www.reddit.com/r/{0}/comments/1/x/", "https://vk.com/{0}?w=wall-1_2",
    "https://mastodon.unheard.example/@{0}/1", "https://www.pressreader.com/uk/{0}/20240602/1", "https://ameblo.jp/{0}/entry-1.html",
]  # fmt: skip
BY_SUBDOMAIN = [
    "https://{0}.substack.com/p/pier", "https://{0}.wordpress.com/2024/06/02/pier", "https://{0}.ghost.io/pier", "https://{0}.tumblr.com/post/1",
    "https://{0}.blogspot.com/2024/06/pier.html", "https://{0}.blogspot.de/2024/06/pier.html", "https://{0}.tistory.com/12",
    "https://{0}.hatenablog.com/entry/1", "https://{0}.livejournal.com/1.html", "https://{0}.over-blog.com/pier.html", "https://{0}.github.io/pier",
    "https://{0}.blogfa.com/post/1", "https://{0}.medium.com/pier-1f",
]  # fmt: skip
NOTHING = [
    "https://news.google.com/rss/articles/{0}?oc=5", "https://www.msn.com/en-gb/news/world/x/ar-{0}", "https://news.yahoo.com/{0}-1.html",
    "https://news.yahoo.co.jp/articles/{0}", "https://n.news.naver.com/article/001/{0}", "https://v.daum.net/v/{0}", "https://apple.news/{0}",
    "https://www.newsbreak.com/news/{0}", "https://m.toutiao.com/article/{0}/", "https://baijiahao.baidu.com/s?id={0}",
    "https://mp.weixin.qq.com/s/{0}", "https://www.sohu.com/a/{0}_1", "https://bit.ly/{0}", "https://t.co/{0}", "https://archive.ph/{0}",
    "https://news.mail.ru/society/{0}/", "https://baomoi.com/x-c{0}.epi", "https://m.dailyhunt.in/news/india/english/{0}", "https://nabd.com/s/{0}",
    "https://allafrica.com/stories/{0}.html",
]  # fmt: skip


@pytest.mark.parametrize("form", [*BY_PATH, *BY_SUBDOMAIN])
@given(one=labels, other=labels)
def test_two_publishers_of_one_platform_are_two(form: str, one: str, other: str) -> None:
    here, there = f"{one}paper", f"{other}gazette"
    first, again, second = (place_of(form.format(name)) for name in (here, here, there))
    assert first == again
    assert first.site
    assert first.site != second.site
    assert first.host == ("" if form in BY_PATH else f"{here}.{form.split('/')[2].partition('.')[2]}")


@pytest.mark.parametrize("form", NOTHING)
@given(code=labels)
def test_of_some_platforms_an_address_says_nothing(form: str, code: str) -> None:
    place = place_of(form.format(code))
    assert (place.host, place.site) == ("", "")
    assert place.carrier


@given(st.text(max_size=80))
def test_any_text_has_a_place_or_none(text: str) -> None:
    for url in (
        text,
        f"https://{text}",
        f"https://a.example/{text}",
        f"https://web.archive.org/web/1/{text}",
    ):
        place = place_of(url)
        assert place.site or not place.host


@given(hosts)
def test_a_papers_own_host_carries_nobody_else(host: str) -> None:
    assert carrier_of(host, registrable_domain(host)) is None


FRONTS = [
    "",
    "/",
    "/index.html",
    "/index.php",
    "/feed/",
    "/feed",
    "/rss.xml",
    "/atom.xml",
    "/en/",
    "/de-at/",
    "/home",
    "/news/",
    "/blog/feed/",
    "/#top",
]


@pytest.mark.parametrize("front", FRONTS)
@given(host=hosts)
def test_a_sites_front_names_no_page(front: str, host: str) -> None:
    assert not names_page(f"https://www.{host}{front}")


@given(host=hosts, path=slugs)
def test_an_articles_address_names_its_page(host: str, path: str) -> None:
    for url in (
        f"https://{host}/{path}",
        f"https://{host}/?p=12",
        f"https://{host}/news/{path}.html",
        f"https://{host}/2024/06/",
        path,
    ):
        assert names_page(url)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("straße.example", "xn--strae-oqa.example"),
        ("straße.example", "strasse.example"),
        ("müller.example", "xn--mller-kva.example"),
        ("MÜLLER.example", "müller.example"),
        ("mu\u0308ller.example", "müller.example"),
        ("日本語.example", "xn--wgv71a119e.example"),
    ],
)
def test_a_host_in_letters_is_one_with_its_a_label(one: str, other: str) -> None:
    assert host_of(f"https://www.{one}/") == host_of(f"https://{other}/")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Harbour Courier", "HARBOUR COURIER"),
        ("Harbour-Courier", "Harbour Courier"),
        ("Harbour & Coast Courier", "Harbour and Coast Courier"),
        ("Müller & Sohn", "Müller und Sohn"),
        ("Harbour Courier Ltd.", "Harbour Courier"),
        ("Hafen Kurier GmbH", "Der Hafen Kurier"),
        ("L’Écho du Port", "L'Echo du Port"),
        ("harbourcourier.example", "Harbour Courier"),
        ("Associated Press", "AP"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert one_name(one, other)
    assert fold_name(one)


def test_two_names_are_two() -> None:
    assert not one_name("Harbour Courier", "Harbour Gazette")
    assert not one_name("", "")
