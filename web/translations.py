"""Other languages of the applicants' pages. Templates are written in Vietnamese; each other language is a catalogue."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from web.auth.sessions import me
from web.cookies import LANGUAGE, read_cookie

FOLDER = Path(__file__).parent / "translations"
NAMES = {"vi": "Tiếng Việt", "en": "English"}


@cache
def languages() -> dict[str, str]:
    """Code -> name of every language there is a catalogue for, Vietnamese first."""
    return {code: name for code, name in NAMES.items() if code == "vi" or (FOLDER / f"{code}.po").is_file()}


def language() -> str:
    """What this visitor chose; never guessed from the browser. Officers' pages are in Vietnamese only."""
    chosen = read_cookie(LANGUAGE)
    return chosen if chosen in languages() and me() is None else "vi"


@cache
def catalogue(code: str) -> NullTranslations:
    """The catalogue of a language, compiled from its .po file when first used."""
    if code == "vi":
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{code}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


def gettext(text: str) -> str:
    """The text in the visitor's language."""
    return str(catalogue(language()).ugettext(text))


def ngettext(one: str, many: str, n: int) -> str:
    """The text in the visitor's language, by count."""
    return str(catalogue(language()).ungettext(one, many, n))
