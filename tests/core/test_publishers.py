"""Laws of hosts, registrable domains and brand keys, then rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.core.publishers import agency_key, brand_keys, fold_name, host_of, registrable_domain


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Herald.example/a?b#c", "herald.example"),
        ("http://reader:secret@Edition.Herald.example:8080/x", "edition.herald.example"),
        ("//herald.co.uk", "herald.co.uk"),
        ("herald.co.uk/2024/a.html", "herald.co.uk"),
        ("HTTP://HERALD.EXAMPLE.", "herald.example"),
        ("http://münchen.de/", "xn--mnchen-3ya.de"),
        ("http://xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("https://www.com/", "www.com"),
        ("http://[2001:DB8::1]:80/", "2001:db8::1"),
        ("http://192.0.2.7:80/", "192.0.2.7"),
        ("http://localhost:9092/", "localhost"),
        ("mailto:desk@herald.example", ""),
        ("javascript:alert(1)", ""),
        ("https://two words.example", ""),
        ("http://a..b/", ""),
        ("http:///path", ""),
        ("/relative/path.html", ""),
        ("http://" + "a" * 64 + ".example", ""),
        ("", ""),
    ],
)
def test_a_host_is_what_the_url_says_without_dress(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.herald.co.uk", "herald.co.uk"),
        ("herald.co.uk", "herald.co.uk"),
        ("one.blogspot.com", "one.blogspot.com"),  # each blog of a hosting site is a publisher
        ("a.one.github.io", "one.github.io"),
        ("www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("www.münchen.de", "xn--mnchen-3ya.de"),
        ("a.b.unlisted", "b.unlisted"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("The Morning Herald", ""),
        ("", ""),
    ],
)
def test_a_registrable_domain_is_a_public_suffix_and_one_label(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    "names",
    [
        ("The Guardian", "guardian", "GUARDIAN", "guardian.co.uk", "“The Guardian”"),
        ("Süddeutsche", "SÜDDEUTSCHE", "Su\u0308ddeutsche"),
        ("ČTK", "ctk", "ＣＴＫ"),
        ("Agência Lusa", "Lusa", "lusa.pt"),
        ("Xinhua News Agency", "Xinhua"),
        ("Le Monde", "monde"),
        ("РИА Новости", "риановости"),
        ("Łódź", "lodz"),
        ("A.P.", "AP"),
        ("U.S. Herald", "us herald"),
    ],
)
def test_spellings_of_one_name_fold_to_one_key(names: tuple[str, ...]) -> None:
    assert len({fold_name(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("name", "key"), [("The", "the"), ("AS", "as"), ("?!", ""), ("", ""), ("新華社", "新華社")]
)
def test_a_name_is_never_folded_away(name: str, key: str) -> None:
    assert fold_name(name) == key


@pytest.mark.parametrize(
    ("publisher", "host", "domain", "credited"),
    [
        ("cnn.com", "edition.cnn.com", "cnn.com", ["CNN", "CNN.com", "CNN News"]),
        ("", "theguardian.com", "theguardian.com", ["The Guardian", "Guardian", "theguardian.com"]),
        ("", "foxnews.com", "foxnews.com", ["Fox News", "FOX"]),
        ("", "lemonde.fr", "lemonde.fr", ["Le Monde", "lemonde.fr"]),
        ("", "lesechos.fr", "lesechos.fr", ["Les Echos", "Lesechos"]),
        ("", "aljazeera.com", "aljazeera.com", ["Al Jazeera", "Aljazeera"]),
        ("noticiasnewswire", "", "", ["Noticias Newswire"]),
        ("", "city.herald.example", "herald.example", ["City", "Herald"]),
        ("", "apnews.com", "apnews.com", ["AP"]),
        ("", "sueddeutsche.de", "", ["Süddeutsche"]),
        ("", "xn--mnchen-3ya.de", "", ["München"]),
        ("The Evening Courier", "", "", ["Evening Courier", "the evening courier"]),
        (
            "Evening Courier",
            "courier.example",
            "courier.example",
            ["The Evening Courier", "Courier", "courier.example"],
        ),
    ],
)
def test_a_publisher_is_found_by_each_name_it_is_called(
    publisher: str, host: str, domain: str, credited: list[str]
) -> None:
    keys = brand_keys(publisher, host, domain)
    assert [name for name in credited if fold_name(name) not in keys] == []


def test_a_label_that_is_no_name_is_no_key_of_a_named_publisher() -> None:
    assert "news" not in brand_keys("Morning Courier", "news.example", "news.example")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AP", "ap"),
        ("The Associated Press", "ap"),
        ("apnews.com", "ap"),
        ("Kyodo News Agency", "kyodo"),
        ("新华社", "xinhua"),
        ("Agência Lusa", "lusa"),
        ("Emirates", ""),  # the agency is Emirates News Agency
        ("Evening Herald", ""),
        ("", ""),
    ],
)
def test_an_agency_is_known_by_its_names_and_domains(name: str, key: str) -> None:
    assert agency_key(name) == key


@given(st.text(max_size=300))
def test_any_text_has_a_host_or_none(url: str) -> None:
    host = host_of(url)
    assert host == host.lower() == host_of("http://" + host) or ":" in host
    assert bool(registrable_domain(host)) == bool(host)


@given(st.text(max_size=60))
def test_folding_is_bounded_and_settled(name: str) -> None:
    key = fold_name(name)
    assert all(letter.isalnum() for letter in key)
    assert fold_name(name.upper().lower()) == fold_name(name.lower().upper().lower())
    assert bool(key) == any(letter.isalnum() for letter in key)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_brand_keys_are_few_distinct_and_never_empty(publisher: str, host: str, domain: str) -> None:
    keys = brand_keys(publisher, host, domain)
    assert len(keys) == len(set(keys)) <= 16
    assert all(keys)
