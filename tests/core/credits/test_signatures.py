"""Signatures of texts, generated: agency × form × language × place × clean or page-like body, and what looks like one
and is none. All texts were written for these tests; the languages' prose is short, for where it stands is what counts."""

# ruff: noqa: E501  wide characters count double, and rows stay whole

from __future__ import annotations

from itertools import product

import pytest

from tests.core.story import article
from wirecopy.core.agencies import AGENCIES
from wirecopy.core.credits import word_table
from wirecopy.core.credits.find import find_credits
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord, decode_record
from wirecopy.core.model import CreditScope

PROSE = {
    "en": ["The harbour of the island was closed on Tuesday after the storm had torn away a part of its pier.",
           "Fishermen said that they had never seen such waves, and the mayor asked everybody for patience.",
           "The ferry will not sail before Friday, and the school stays closed until the road is free again."],
    "de": ["Der Hafen der Insel war am Dienstag geschlossen, nachdem der Sturm einen Teil der Mole fortgerissen hatte.",
           "Die Fischer sagten, sie hätten nie solche Wellen gesehen, und der Bürgermeister bat alle um Geduld.",
           "Die Fähre fährt nicht vor Freitag, und die Schule bleibt geschlossen, bis die Straße wieder frei ist."],
    "es": ["El puerto de la isla fue cerrado el martes después de que la tormenta arrancara una parte del muelle.",
           "Los pescadores dijeron que nunca habían visto olas como esas, y el alcalde pidió a todos paciencia.",
           "El transbordador no saldrá antes del viernes, y la escuela sigue cerrada hasta que se abra el camino."],
    "fr": ["Le port de l'île a été fermé mardi après que la tempête eut emporté une partie de la jetée.",
           "Les pêcheurs ont dit qu'ils n'avaient jamais vu de telles vagues, et le maire a demandé de la patience.",
           "Le bac ne partira pas avant vendredi, et l'école reste fermée jusqu'à ce que la route soit libre."],
}  # fmt: skip
MENU = ["Home", "World", "Sports", "Weather", "Contact us"]
FURNITURE = [
    "Share",
    "Print",
    "Most read",
    "A pier in the fog",
    "Ten boats for sale",
    "Terms of use",
    "Privacy",
]
HEADLINE = "Storm closes harbour of the island"

# {A} any agency's name. Forms that stand above the prose, in its first line, and below it.
HEADS = {
    "en": ["By Ann Lee, {A}", "By ANN LEE\n{A}", "By {A}", "By Ann Lee, {A} Writer Sat Dec 29, 10:10 AM ET",
           "By Ann Lee, {A} Writer 1 hour, 24 minutes ago", "{A} - December 30, 2024", "Article from: {A}", "Source: {A}",
           "From {A}", "By\n{A}", "Source:\n{A}", "Provided by {A}", "By Ann Lee and Bo Ray | {A}", "{A} Staff", "By {A} Technology Writer",
           "By {A} in Harbour Town"],
    "de": ["Von Anna Lehmann, {A}", "Von {A} 30.04.2024", "Von {A}", "Quelle: {A}", "Von Anna Lehmann\n{A}", "Von {A} aus Hafenstadt"],
    "es": ["Por Ana Lago, {A}", "Por {A}", "Fuente: {A}", "Por {A} 3 de mayo de 2024"],
    "fr": ["Par Anne Lenoir, {A}", "Par {A}", "Source : {A}", "Par {A} le 3 mai 2024"],
}  # fmt: skip
LEADS = {
    "en": ["HARBOUR TOWN ({A}) - ", "Harbour Town, Jun 2 ({A}) ", "Harbour Town ({A}): ", "Harbour Town, June 2 ({A}): ",
           "HARBOUR TOWN [Island State], June 2 ({A}): ", "({A}) _ ", "HARBOUR TOWN ({A}) _ ", "Harbour Town, {A}: ",
           "{A}, HARBOUR TOWN — "],
    "de": ["Hafenstadt ({A}) - ", "Hafenstadt ({A}). ", "Hafenstadt, 2. Juni ({A}) "],
    "es": ["Puerto Isla, 2 jun ({A}).- ", "PUERTO ISLA ({A}) - "],
    "fr": ["PORT-DE-L'ILE ({A}) - ", "Port, 2 juin ({A}) - "],
}  # fmt: skip
FEET = {
    "en": ["{A}", "- {A}", "({A})", "© {A} 2024", "Copyright 2024 {A}. All rights reserved.", "(c) Copyright {A} 2024.",
           "© 2024 {A}", "Copyright 2024 by {A}", "Brought to you by {A}", "Provided by {A}", "Source: {A}"],
    "de": ["{A}", "({A})", "© {A}", "Quelle: {A}", "Bereitgestellt von {A}"],
    "es": ["{A}", "({A})", "Fuente: {A}", "© 2024 {A}. Todos los derechos reservados."],
    "fr": ["{A}", "({A})", "Source : {A}", "© 2024 {A}. Tous droits réservés."],
}  # fmt: skip
SOME = (
    "Associated Press",
    "AFP",
    "Reuters",
    "dpa",
    "EFE",
    "PTI",
    "Anadolu",
    "AAP",
    "Lusa",
    "Xinhua",
    "epd",
    "KNA",
    "IANS",
    "NTB",
)


def body(
    lang: str, head: str = "", lead: str = "", foot: str = "", middle: str = "", *, pagelike: bool
) -> str:
    prose = list(PROSE[lang])
    prose[0] = lead + prose[0]
    if middle:
        prose.insert(2, middle)
    lines = [*(head.split("\n") if head else []), *prose, *(foot.split("\n") if foot else [])]
    if not pagelike:
        return "\n\n".join(lines)
    return "\n".join([*MENU, HEADLINE, *lines, *FURNITURE])


def credits_of(text: str, publisher: str = "Morning Courier") -> tuple[RecordCredit, ...]:
    url = f"https://www.{publisher.lower().replace(' ', '')}.example/a/1"
    made = decode_record(propose(article(text, title=HEADLINE, publisher=publisher, url=url)).value)
    assert isinstance(made, SketchRecord)
    return made.credits


def whole(text: str, publisher: str = "Morning Courier") -> list[str]:
    """Whose texts a text says that it is."""
    return [credit.key for credit in credits_of(text, publisher) if credit.scope is CreditScope.TEXT]


KEYS = {name: key for key, names, _ in AGENCIES for name in names}
PLACED = [
    (lang, place, form)
    for place, forms in (("head", HEADS), ("lead", LEADS), ("foot", FEET))
    for lang, rows in forms.items()
    for form in rows
]


@pytest.mark.parametrize("pagelike", [False, True], ids=["clean", "page"])
@pytest.mark.parametrize(("lang", "place", "form"), PLACED)
def test_a_signature_says_whose_text_it_is(lang: str, place: str, form: str, pagelike: bool) -> None:
    for name in SOME:
        said = form.format(A=name)
        text = body(lang, pagelike=pagelike, **{place: said})
        assert KEYS[name] in whole(text), (said, credits_of(text))


@pytest.mark.parametrize(("key", "name"), [(key, names[0]) for key, names, _ in AGENCIES])
def test_every_agency_of_the_table_signs(key: str, name: str) -> None:
    """By a byline, a dateline or a source line: names of scripts without spaces are read in brackets and after labels."""
    forms = (("lead", "HARBOUR TOWN ({A}) - "), ("head", "By {A}"), ("foot", "Source: {A}"))
    if name.islower() and " " in name:
        return  # no name begins so where a phrase announces it
    for place, form in forms[: 3 if name[0] < "\u0e00" else 1]:
        assert key in whole(body("en", pagelike=False, **{place: form.format(A=name)})), (place, name)


@pytest.mark.parametrize(("lang", "place", "form"), PLACED)
def test_an_agencys_own_page_credits_nobody(lang: str, place: str, form: str) -> None:
    for name, publisher in (("Reuters", "Reuters"), ("AFP", "Agence France-Presse"), ("dpa", "dpa")):
        assert whole(body(lang, pagelike=False, **{place: form.format(A=name)}), publisher) == []


PARTS = [
    "{A} contributed to this report.", "Contributing: {A}", "With files from {A}", "With reporting by {A}", "With files from the {A}",
    "Contributing: Ann Lee, Morning Courier; {A}", "Mit Material von {A}", "Con información de {A}", "Avec {A}", "With {A}",
    "Some information for this report was provided by {A}.", "Com informações de {A}",
]  # fmt: skip


@pytest.mark.parametrize("pagelike", [False, True], ids=["clean", "page"])
@pytest.mark.parametrize("form", PARTS)
def test_material_of_an_agencys_in_an_own_text_makes_it_nobody_elses(form: str, pagelike: bool) -> None:
    for name in SOME:
        assert whole(body("en", foot=form.format(A=name), pagelike=pagelike)) == [], name


PICTURES = [
    "Photo: Ann Lee / {A}", "A pier under water. (Ann Lee/{A})", "Ann Lee/{A}/Getty Images", "Image copyright {A}", "({A} Photo/Ann Lee)",
    "Foto: {A}", "{A}/Ann Lee", "© Ann Lee/{A}", "Chart: {A}", "Visitors in thousands, 2014–2025. Source: {A}", "Bild: {A}",
    "File photo: {A}", "{A} file photo", "Photo by {A}", "Grafik: {A}", "Foto: Ann Lee, {A}",
]  # fmt: skip


@pytest.mark.parametrize("place", ["head", "middle", "foot"])
@pytest.mark.parametrize("form", PICTURES)
def test_a_pictures_or_charts_line_is_no_signature(form: str, place: str) -> None:
    for name, pagelike in product(SOME, (False, True)):
        text = body("en", pagelike=pagelike, **{place: form.format(A=name)})
        assert whole(text) == [], (form, name, credits_of(text))


@pytest.mark.parametrize("form", ["{A}", "© {A}", "Source: {A}", "({A})", "- {A}"])
def test_a_line_between_paragraphs_is_a_pictures(form: str) -> None:
    for name in ("Reuters", "AFP", "dpa"):
        text = body("en", middle=form.format(A=name), pagelike=False)
        assert whole(text) == [], credits_of(text)


SENTENCES = [
    "The mayor told {A} that the harbour would stay closed until the pier was built again.",
    "According to a report first published by {A}, the pier was never inspected by anybody.",
    "A story first published by {A} on Monday had said that the pier was rotten already.",
    "{A} reported on Thursday that the harbour was closed and that it would remain so.",
    "The harbour is closed, {A} said, citing two people who had seen the pier themselves.",
    "Unlike {A}, which had reported otherwise, the mayor said that the pier was all lost.",
]  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_about_an_agency_is_no_signature(sentence: str) -> None:
    for name in ("Reuters", "AFP", "Bloomberg"):
        assert whole(body("en", middle=sentence.format(A=name), pagelike=False)) == [], name


@pytest.mark.parametrize(
    "lines", ["Reuters", "AP\nAFP\nReuters", "About Reuters", "Reuters Video", "More from AP", "AP News"]
)
def test_menus_and_lists_are_no_signature(lines: str) -> None:
    text = "\n".join([*MENU, lines, HEADLINE, *PROSE["en"], *FURNITURE, lines, *FURNITURE])
    assert whole(text) == [], credits_of(text)


@pytest.mark.parametrize("noun", word_table.AGENCY_NOUNS)
def test_an_agency_of_no_table_is_known_by_what_it_calls_itself(noun: str) -> None:
    for head in ("By Ann Lee, Mentone {}", "By Ann Lee\nMentone {}"):
        said = [
            c.name
            for c in credits_of(body("en", head=head.format(noun), pagelike=False))
            if c.scope is CreditScope.TEXT
        ]
        assert said == [f"Mentone {noun}"], head


@pytest.mark.parametrize("head", ["By Ann Lee, Staff Writer", "By Ann Lee\nStaff Writer", "By Ann Lee, Political Correspondent",
                                  "By Ann Lee, Morning Courier", "By ANN LEE", "By Ann Lee\nMorning Courier"])  # fmt: skip
def test_an_own_writers_byline_credits_nobody(head: str) -> None:
    assert whole(body("en", head=head, pagelike=False)) == []


def test_closing_forms_name_their_agency() -> None:
    for agency, first, later in word_table.CLOSING_FORMS:
        for words in later:
            line = f"({first.capitalize()} Ann Lee; {words} Bo Ray)"
            assert whole(body("en", foot=line, pagelike=False)) == [KEYS[agency]], line
    assert whole(body("en", foot="With reporting by Ann Lee in Harbour Town.", pagelike=False)) == []


@pytest.mark.parametrize("sentence", [
    "This report by The Canadian Press was first published June 2, 2024.",
    "Cette dépêche de La Presse Canadienne a été publiée pour la première fois le 2 juin 2024.",
])  # fmt: skip
def test_the_canadian_presss_standing_sentence(sentence: str) -> None:
    for pagelike in (False, True):
        assert whole(body("en", foot=sentence, pagelike=pagelike)) == ["cp"]


def test_whoever_provides_a_text_at_its_foot_is_whose_it_is() -> None:
    for line in (
        "Provided by Mentone Polytechnic",
        "Bereitgestellt von Mentone Polytechnic",
        "Fourni par Mentone Polytechnic",
    ):
        said = credits_of(body("en", foot=line, pagelike=False))
        assert [(c.name, c.scope) for c in said] == [("Mentone Polytechnic", CreditScope.TEXT)], line
    assert (
        whole(
            body(
                "en", foot="The figures in this article were provided by the harbour office.", pagelike=False
            )
        )
        == []
    )


@pytest.mark.parametrize("years", range(-6, 3))
def test_a_copyright_of_years_before_is_the_sites(years: int) -> None:
    """So is what stands beside it. A year's delay is a year's end."""
    text = body(
        "en", foot=f"Brought to you by Reuters\n© Reuters {2024 + years}. All rights reserved.", pagelike=True
    )
    found = find_credits(text, HEADLINE, "Morning Courier", "courier.example", year=2024)
    told = [c.key for c in found if c.scope is CreditScope.TEXT]
    assert told == ([] if years < -1 else ["reuters"])


@pytest.mark.parametrize("years", [-16, -3, -1, 0, 1])
@pytest.mark.parametrize(
    "foot",
    [
        "By Jane Roe\nAssociated Press\nPublished: Dec 23, {year} at 6:00 am",
        "Published Date:\n21 January {year}\nSource:\nPress Association",
    ],
)
def test_what_a_date_of_another_year_stands_beside_signs_another_article(foot: str, years: int) -> None:
    text = body("en", foot=foot.format(year=2024 + years), pagelike=True)
    found = find_credits(text, HEADLINE, "Morning Courier", "courier.example", year=2024)
    told = [c.key for c in found if c.scope is CreditScope.TEXT]
    undated = find_credits(text, HEADLINE, "Morning Courier", "courier.example")
    assert [c.key for c in undated if c.scope is CreditScope.TEXT] or "Source" in foot
    if years < -1:
        assert told == []
    else:
        assert told == [c.key for c in undated if c.scope is CreditScope.TEXT]


# ---- agencies whose names people have
GIVEN = sorted(
    {
        n
        for _, names, _ in AGENCIES
        for n in names
        if n.isascii() and n.isalpha() and len(n) > 2 and n[1:].islower()
    }
)
BYLINES = ["By {A} Havel", "By {A} Havel, Staff Writer", "By {A} Havel\nStaff reporter", "By: {A} de Vries-Havel, Editor",
           "By {A} Havel and Bo Ray", "BY {A_} HAVEL", "BY {A_} HAVEL, STAFF WRITER", "Von {A} Havel, Redakteurin"]  # fmt: skip


@pytest.mark.parametrize("form", BYLINES)
@pytest.mark.parametrize("pagelike", [False, True])
def test_a_person_whose_given_name_an_agency_has_is_no_agency(form: str, pagelike: bool) -> None:
    for agency in GIVEN:
        head = form.format(A=agency, A_=agency.upper())
        assert credits_of(body("en", head, pagelike=pagelike)) == (), head


@pytest.mark.parametrize("inside", ["MENAFN - {A}", "MENAFN – {A}", "Gulf Wire — {A}"])
def test_a_dash_in_brackets_is_no_part_of_the_name(inside: str) -> None:
    text = "(" + inside.format(A="Saudi Press Agency") + ") " + PROSE["en"][0]
    (credit,) = credits_of(text)
    assert credit.name == "Saudi Press Agency"
