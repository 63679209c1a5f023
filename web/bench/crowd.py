"""A hundred thousand open dossiers, each with one open task and one armed timer far in the future."""

from __future__ import annotations

import psycopg
from sqlalchemy import text

from web.bench.ground import ROLES, UNIT, Ground

MOST_IN_ONE_UNIT = 60  # of a hundred
COLLEAGUES = 20
PROCEDURES = 40

PROCEDURES_SQL = """
INSERT INTO procedure (code, name, name_search, field, field_name, level, kind)
SELECT 'D' || n, 'Thủ tục đo ' || n, 'thu tuc do ' || n, field, field_name, level, kind
FROM procedure, generate_series(1, :procedures) AS n WHERE code = 'DO'
"""

CASES = """
INSERT INTO cases (id, kind, code, procedure_code, procedure_name, version_id, ruleset, channel, status,
                   receiving_unit, lead_unit, participants, received_at, legal_due_at, revision, last_at, head_hash,
                   facts)
SELECT md5('case' || n)::uuid, 'dossier', 'H27-' || n, 'D' || 1 + n / 3 % :procedures, 'Thủ tục đo', v.id,
       'nd118-2025', 1, 4, place.unit, place.unit, ARRAY[place.unit], now(),
       now() + (n % 30000) * interval '1 hour' - interval '200 hours', 1, now(), decode(md5(n::text), 'hex'),
       jsonb_build_object('applicant', 'Nguyễn Thị Ngọc Ánh')
FROM generate_series(1, :cases) AS n
CROSS JOIN LATERAL (
    SELECT CASE WHEN n % 100 < :share THEN :unit ELSE 'H27.' || 100 + n % 80 END AS unit
) AS place
CROSS JOIN (SELECT id FROM process_version LIMIT 1) AS v
"""

UNITS = """
INSERT INTO unit (code, name, kind, level) SELECT 'H27.' || n, 'Đơn vị ' || n, 'commune.office', 'commune'
FROM generate_series(100, 179) AS n
"""

# Of a hundred tasks one is paused and two have no limit; of ten, one is mine and six are colleagues'.
ITEMS = """
INSERT INTO work_item (id, case_id, address, element_id, kind, name, unit_code, role, assignee, form_key, step, state,
                       is_paused, opened_at, due_at, sort_at, urgent_at, case_code, case_legal_due_at, procedure_code,
                       procedure_name, applicant)
SELECT md5('item' || c.code)::uuid, c.id, 'handling#1', 'handling', 'task', 'Thụ lý', c.receiving_unit,
       (CAST(:roles AS text[]))[1 + n / 13 % 2],
       CASE WHEN n / 7 % 10 = 3 AND n % 100 <> 7 AND c.receiving_unit = :unit THEN CAST(:me AS uuid)
            WHEN n / 7 % 10 > 3 AND n % 100 <> 7 THEN md5('colleague' || n % :colleagues)::uuid END,
       'opinion', '2', 'open', n % 100 = 7, c.received_at, due, coalesce(due, c.legal_due_at),
       c.legal_due_at - make_interval(days => n % 9), c.code,
       c.legal_due_at, c.procedure_code, c.procedure_name, c.facts->>'applicant'
FROM cases c
CROSS JOIN LATERAL (SELECT split_part(c.code, '-', 2)::int) AS numbered(n)
CROSS JOIN LATERAL (
    SELECT CASE WHEN n % 100 NOT IN (7, 8, 9) THEN c.legal_due_at - interval '1 day' END
) AS stepped(due)
WHERE c.code LIKE 'H27-%'
"""

TIMERS = """
INSERT INTO timer (id, case_id, kind, due_at)
SELECT md5('timer' || code)::uuid, id, 'legal_limit', now() + interval '1 day' + n.n * interval '1 minute'
FROM cases CROSS JOIN LATERAL (SELECT split_part(code, '-', 2)::int AS n) AS n WHERE code LIKE 'H27-%'
"""


def gather(ground: Ground, *, cases: int) -> None:
    """Write them in bulk, as the owner: what is measured is reading them."""
    parameters = {
        "cases": cases,
        "unit": UNIT,
        "share": MOST_IN_ONE_UNIT,
        "procedures": PROCEDURES,
        "colleagues": COLLEAGUES,
        "roles": list(ROLES),
        "me": ground.officer.id,
    }
    with ground.store.transaction(role="owner") as connection:
        for statement in (UNITS, PROCEDURES_SQL, CASES, ITEMS, TIMERS):
            connection.execute(text(statement), parameters)
    with psycopg.connect(ground.store.conninfo("owner"), autocommit=True) as connection:
        connection.execute("vacuum (analyze) cases, work_item, timer, procedure")
