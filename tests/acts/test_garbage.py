"""Whatever is typed into an address or a form, the answer is a sentence, never a failure of the house."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import text
from werkzeug.routing import Rule

from engine.dossier.actor import Actor, Seat
from engine.store.tables import officer_role
from tests.desk import Desk
from tests.province import COMMUNE, Province

ROLES = (
    "counter_officer", "returner", "cashier", "case_officer", "unit_head", "signer", "clerk", "control_officer",
    "process_designer", "iso_appraiser", "process_approver", "catalogue_manager", "auditor", "administrator",
)  # fmt: skip
UNITS = (f"{COMMUNE}.01", f"{COMMUNE}.05", "H27.05")
GARBAGE = ("không phải số", "-1", "9" * 20, "31/02/2026", "\x00", "%s{{7*7}}'\"<>")
NAMES = (
    "_revision", "revision", "_id", "_act", "_reason", "reason", "on", "since", "until", "year", "month", "period",
    "seconds", "days", "amount", "number", "notation", "item[]", "officer_id", "unit", "unit_code", "after", "q", "due",
    "mapping", "run", "to", "from", "version", "field", "level", "page", "state", "kind", "source", "name", "role",
    "sort", "box", "order", "format", "decision_on", "effective_on", "promised_on", "by", "article", "address",
    "outcome",
)  # fmt: skip
ENDS_THE_SESSION = re.compile(r"sign-out|/static/")


class Doors(HTMLParser):
    """What a page leads to: its links, and its posted forms with the names that can be typed into."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[tuple[str, set[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append((given.get("action", ""), set()))
        elif tag in {"input", "select", "textarea", "button"} and self.forms and given.get("name"):
            self.forms[-1][1].add(given["name"])
        elif tag == "a" and re.match(r"/[^/]", given.get("href", "")):
            self.links.add(given["href"].partition("#")[0])


class Kinds:
    """Links that differ in a number or a code only lead to the same page: two of each kind are enough."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def take(self, link: str) -> bool:
        kind = re.sub(r"[0-9a-f]{8}-[-0-9a-f]{27}|[A-Z0-9][A-Z0-9.-]*\d|\d+", "*", link)
        self.counts[kind] += 1
        return self.counts[kind] <= 2


@pytest.fixture
def desk(ship: Callable[..., Province]) -> Desk:
    """Somebody who may do everything, in a commune with a dossier at its first desk."""
    province = ship("TP01", "DANG-KY-KET-HON", "QTNB")
    seats = [(unit, role) for unit, role in product(UNITS, ROLES)]
    person: Actor = replace(province.counter, seats=frozenset(Seat(unit_code=unit, role=role) for unit, role in seats))
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(text("DELETE FROM officer_role WHERE officer_id = :id"), {"id": person.id})
        connection.execute(
            officer_role.insert(), [{"officer_id": person.id, "unit_code": unit, "role": role} for unit, role in seats]
        )
    province.receive("TP01")
    return Desk.of(province, person)


def known(desk: Desk) -> dict[str, list[str]]:
    """Real values for the parts of addresses, beside ones that name nothing."""
    with desk.province.house.store.transaction(role="worker") as connection:
        row = connection.execute(
            text(
                "SELECT c.id AS case_id, c.code, w.id AS item_id, c.version_id, l.id AS letter_id FROM cases c"
                " JOIN work_item w ON w.case_id = c.id LEFT JOIN letter l ON l.case_id = c.id LIMIT 1"
            )
        ).one()
    ids = [str(one) for one in (row.case_id, row.item_id, row.version_id, row.letter_id, uuid4())]
    return {
        "uuid": ids,
        "text": [row.code, "TP01", "2026-10", "correct", "không-có"],
        "number": ["0", "2026", "99999999"],
    }


def addresses(rule: Rule, values: dict[str, list[str]]) -> Iterator[str]:
    """The rule's address with each kind of value in its parts, the same kind throughout."""
    template = re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: "{" + (found[1] or "text") + "}", rule.rule)
    kinds = re.findall(r"{(\w+)}", template)
    for number in range(max([len(values.get(kind, values["number"])) for kind in kinds], default=1)):
        parts = [values.get(kind, values["number"]) for kind in kinds]
        path = template
        for kind, choices in zip(kinds, parts, strict=True):
            path = path.replace("{" + kind + "}", choices[number % len(choices)], 1)
        yield path


def rules(desk: Desk, method: str) -> Iterator[Rule]:
    for rule in desk.client.application.url_map.iter_rules():
        if method in (rule.methods or ()) and not ENDS_THE_SESSION.search(rule.rule):
            yield rule


def test_no_address_and_no_form_breaks_a_page(desk: Desk) -> None:
    values, broken = known(desk), []
    first = {next(addresses(rule, values)) for rule in rules(desk, "GET")}
    ahead = [path for rule in rules(desk, "GET") for path in addresses(rule, values)]
    seen, posted, kinds = set(ahead), set[tuple[str, tuple[str, ...]]](), Kinds()
    for number, path in enumerate(ahead):
        query = "&".join(f"{name}={GARBAGE[(number + place) % 4]}" for place, name in enumerate(NAMES))
        for address in (path, f"{path}?{query}") if path in first else (path,):
            page = desk.get(address)
            if page.status_code >= 500:
                broken.append(f"GET {address[:90]}: {page.status_code}")
            doors = Doors(page.text if page.mimetype == "text/html" else "")
            found = sorted(link for link in doors.links - seen if not ENDS_THE_SESSION.search(link))
            seen |= set(found)
            ahead += [link for link in found if address == path and kinds.take(link)]
            posted |= {(action or path, tuple(sorted(names))) for action, names in doors.forms}
    posted |= {(path, NAMES) for rule in rules(desk, "POST") for path in addresses(rule, values)}
    token = desk.token()
    for path, names in sorted(posted):
        if ENDS_THE_SESSION.search(path):
            continue
        for number in range(0, len(GARBAGE), 2):
            typed = {name: GARBAGE[(number + place) % len(GARBAGE)] for place, name in enumerate(names)}
            answer = desk.client.post(path, data=typed | {"_csrf": token})
            if answer.status_code >= 500:
                broken.append(f"POST {path}: {answer.status_code} for {typed}"[:300])
                break
    assert broken == [], "\n".join(broken)
