"""An address of ours leads back to what it was made of, whatever characters an id has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.core.model import RawPosition
from wirecopy.shell.web.exchange import Method, Request, Response, Route, Router, query_of, segment
from wirecopy.shell.web.rendering import position_of, position_text


async def nothing(asked: Request) -> Response:
    return Response()


ROUTER = Router(
    [
        Route(Method.GET, "/", nothing),
        Route(Method.GET, "/articles/.json", nothing),
        Route(Method.GET, "/articles/{id}.json", nothing),
        Route(Method.GET, "/articles", nothing),
        Route(Method.GET, "/articles/{id}", nothing),
        Route(Method.POST, "/articles/{id}", nothing),
        Route(Method.GET, "/stories/{id}.csv", nothing),
        Route(Method.GET, "/stories/{id}", nothing),
    ]
)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@pytest.mark.parametrize("suffix", ["", ".json", ".csv"])
def test_any_id_survives_its_address(suffix: str, id_: str) -> None:
    folder = "stories" if suffix == ".csv" else "articles"
    route, parts = ROUTER.methods(f"/{folder}/{segment(id_)}{suffix}")[Method.GET]
    assert parts == {"id": id_}
    assert route.pattern == f"/{folder}/{{id}}{suffix}"


@pytest.mark.parametrize(
    ("path", "pattern", "parts"),
    [
        ("/", "/", {}),
        ("/articles", "/articles", {}),
        ("/articles/", "/articles", {}),
        ("/articles/.json", "/articles/.json", {}),
        ("/articles/%2Ejson", "/articles/{id}", {"id": ".json"}),
        ("/articles/a%2Fb", "/articles/{id}", {"id": "a/b"}),
        ("/articles/%FF", "/articles/{id}", {"id": "\N{REPLACEMENT CHARACTER}"}),
        ("/articles/%", "/articles/{id}", {"id": "%"}),
        ("/articles/a/b", None, {}),
        ("/nothing", None, {}),
    ],
)
def test_a_path_is_matched_as_it_came_over_the_wire(
    path: str, pattern: str | None, parts: dict[str, str]
) -> None:
    found = ROUTER.methods(path).get(Method.GET)
    assert (None if found is None else (found[0].pattern, found[1])) == (pattern and (pattern, parts))


def test_a_path_has_a_route_for_each_method() -> None:
    assert set(ROUTER.methods("/articles/x")) == {Method.GET, Method.POST}
    assert set(ROUTER.methods("/stories/x")) == {Method.GET}


@given(st.text("abcXYZ019._-", min_size=1), st.integers(0, 2**31), st.integers(0, 2**63 - 1))
def test_a_position_survives_its_address(topic: str, partition: int, offset: int) -> None:
    position = RawPosition(topic, partition, offset)
    assert position_of(query_of("at=" + position_text(position))["at"]) == position


@pytest.mark.parametrize(
    "text", ["", "/", "t", "t/1", "t/1/", "t/-1/2", "t/1/2/3", "t/1/x", "t/1/" + "9" * 50, "t/١/2"]
)
def test_what_is_no_position_is_none(text: str) -> None:
    assert position_of(text) is None


def test_a_query_of_too_many_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        query_of("&".join(f"a{number}=1" for number in range(100)))
