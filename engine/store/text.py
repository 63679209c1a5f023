"""Vietnamese text for the database: how names are searched (no marks) and sorted (alphabet, then tones)."""

from __future__ import annotations

import re
import unicodedata

# huyền, hỏi, ngã, sắc, nặng; ngang has no mark and is 0
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_LETTERS = {
    "a\u0306": "a2",
    "a\u0302": "a3",
    "d\u0335": "d2",
    "e\u0302": "e2",
    "o\u0302": "o2",
    "o\u031b": "o3",
    "u\u031b": "u2",
}
_SYLLABLE = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)


def search_key(name: str) -> str:
    """Lower case without marks, single spaces: what `name_search` columns hold and a typed query becomes.

    Gives what PostgreSQL's lower(unaccent(...)) gives for Vietnamese and Western letters.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(bare.replace("đ", "d").split())


def vietnamese_sort_key(name: str) -> str:
    """A key that sorts as Vietnamese dictionaries do, in any collation: syllable by syllable, letters before tones.

    a ă â b c d đ e ê ... o ô ơ ... u ư; tones ngang, huyền, hỏi, ngã, sắc, nặng; numbers by value, before letters.
    Only lower-case ASCII letters and digits, so that the collation of an external server cannot change the order.
    """
    folded = unicodedata.normalize("NFC", name.casefold())
    return "".join(_syllable_key(found.group()) for found in _SYLLABLE.finditer(folded))


def person_sort_key(name: str) -> str:
    """Order of a list of people: by given name (the last syllable), then family and middle names."""
    *others, given = name.split() or [""]
    return vietnamese_sort_key(given) + vietnamese_sort_key(" ".join(others))


def _syllable_key(syllable: str) -> str:
    if syllable[0].isdigit():
        digits = str(int(syllable))
        return f"0{chr(96 + min(len(digits), 26))}{digits}0"
    letters: list[str] = []
    tone = "0"
    for mark in unicodedata.normalize("NFD", syllable.replace("đ", "d\u0335")):
        if mark in _TONES:
            tone = _TONES[mark]
        elif unicodedata.combining(mark):
            letters[-1:] = [_LETTERS.get(letters[-1][0] + mark, letters[-1])] if letters else []
        elif "a" <= mark <= "z":
            letters.append(f"{mark}1")
        else:  # another script: after z, by code point
            letters.append(f"z9{ord(mark):06x}")
    return "".join(letters) + tone
