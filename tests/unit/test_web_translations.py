"""The English catalogue covers every text of the applicants' pages, and only their visitors see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from flask import render_template

from tests.unit.web_samples import make_app, pages
from web import words
from web.translations import FOLDER, catalogue, languages

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
APPLICANTS = ["citizen_base.html", "portal/home.html", "portal/status.html", "auth/sign_in.html", "macros.html",
              "portal/late_lists.html", "portal/late_list.html", "portal/procedures.html", "portal/submit.html",
              "portal/submitted.html"]  # fmt: skip
VISITORS, OFFICERS = make_app(signed_in=False), make_app()


def texts_of(name: str) -> set[str]:
    found = extract_from_file("jinja2.ext:babel_extract", TEMPLATES / name)
    return {text for _, text, *_ in found if isinstance(text, str)}


@pytest.mark.parametrize("name", APPLICANTS)
def test_every_text_of_the_applicants_pages_has_its_english(name: str) -> None:
    english = catalogue("en")
    assert texts_of(name)
    assert {text for text in texts_of(name) if english.ugettext(text) == text} == set()


@pytest.mark.parametrize("text", [*words.STATUSES.values(), *words.DUE_STATES.values()])
def test_every_state_has_its_english(text: str) -> None:
    assert catalogue("en").ugettext(text) != text


def test_what_a_visitor_chose_is_kept_and_officers_stay_in_vietnamese() -> None:
    visitor, officer = VISITORS.test_client(), OFFICERS.test_client()
    for client in (visitor, officer):
        client.set_cookie("motcua_language", "en")
    assert "Track a dossier" in visitor.get("/").text
    assert '<html lang="en">' in visitor.get("/").text
    assert '<html lang="vi">' in officer.get("/nowhere").text


@pytest.mark.parametrize("chosen", ["", "fr", "../vi"])
def test_an_unknown_language_is_vietnamese(chosen: str) -> None:
    client = VISITORS.test_client()
    client.set_cookie("motcua_language", chosen)
    assert "Tra cứu hồ sơ" in client.get("/").text


def test_the_switch_offers_the_other_language() -> None:
    with VISITORS.test_request_context("/"):
        VISITORS.preprocess_request()
        assert '<button class="link-button" name="language" value="en"' in render_template(
            "portal/status.html", **pages()["portal/status.html"]
        )


def test_languages_are_the_catalogues_there_are() -> None:
    assert set(languages()) == {"vi"} | {file.stem for file in FOLDER.glob("*.po")}
