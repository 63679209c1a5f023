-- The tables of the ground, as the first program had them. Never changed: what came later has a migration of its own.

CREATE TABLE blob (
    hash BYTEA NOT NULL,
    size BIGINT NOT NULL,
    mime TEXT NOT NULL,
    verdict TEXT DEFAULT 'quarantined' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    touched_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_blob PRIMARY KEY (hash)
);

CREATE TABLE calendar_version (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_calendar_version PRIMARY KEY (name, version)
);

CREATE TABLE checkpoint (
    size BIGSERIAL NOT NULL,
    root BYTEA NOT NULL,
    frontier BYTEA[] NOT NULL,
    note TEXT NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_checkpoint PRIMARY KEY (size)
);

CREATE TABLE clock_offset (
    "only" BOOLEAN DEFAULT true NOT NULL,
    offset_seconds BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_clock_offset PRIMARY KEY ("only"),
    CONSTRAINT ck_clock_offset_single_row CHECK ("only")
);

CREATE TABLE dossier_number (
    unit_code TEXT NOT NULL,
    day DATE NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT pk_dossier_number PRIMARY KEY (unit_code, day)
);

CREATE TABLE draft (
    work_item_id UUID NOT NULL,
    officer_id UUID NOT NULL,
    body BYTEA NOT NULL,
    saved_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_draft PRIMARY KEY (work_item_id, officer_id)
);

CREATE TABLE event (
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    type TEXT NOT NULL,
    body BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (case_id, seq, recorded_at)
)
 PARTITION BY RANGE (recorded_at);

CREATE TABLE inbound (
    connector TEXT NOT NULL,
    message_id TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_inbound PRIMARY KEY (connector, message_id)
);

CREATE TABLE letter_number (
    unit_code TEXT NOT NULL,
    year INTEGER NOT NULL,
    series TEXT NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT pk_letter_number PRIMARY KEY (unit_code, year, series)
);

CREATE TABLE officer (
    id UUID NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    password_hash TEXT,
    is_demo BOOLEAN DEFAULT false NOT NULL,
    is_disabled BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_officer PRIMARY KEY (id),
    CONSTRAINT uq_officer_login UNIQUE (login)
);

CREATE TABLE personal_value (
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    field TEXT NOT NULL,
    salt BYTEA NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_personal_value PRIMARY KEY (case_id, seq, field)
);

CREATE TABLE procedure (
    code TEXT NOT NULL,
    national_code TEXT,
    name TEXT NOT NULL,
    name_search TEXT NOT NULL,
    field TEXT DEFAULT '' NOT NULL,
    field_name TEXT DEFAULT '' NOT NULL,
    level TEXT NOT NULL,
    kind TEXT DEFAULT 'dossier' NOT NULL,
    CONSTRAINT pk_procedure PRIMARY KEY (code)
);

CREATE TABLE seal_leaf (
    position BIGSERIAL NOT NULL,
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_seal_leaf PRIMARY KEY (position),
    CONSTRAINT uq_seal_leaf_case_id_seq UNIQUE (case_id, seq)
);

CREATE TABLE seal_pending (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_seal_pending PRIMARY KEY (id)
);

CREATE TABLE sign_in_attempt (
    key TEXT NOT NULL,
    failures INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_sign_in_attempt PRIMARY KEY (key)
);

CREATE TABLE unit (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_code TEXT,
    locality TEXT,
    is_external BOOLEAN DEFAULT false NOT NULL,
    is_active BOOLEAN DEFAULT true NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    letterhead JSONB DEFAULT '{}' NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_unit PRIMARY KEY (code),
    CONSTRAINT fk_unit_parent_code FOREIGN KEY(parent_code) REFERENCES unit (code)
);

CREATE TABLE officer_role (
    officer_id UUID NOT NULL,
    unit_code TEXT NOT NULL,
    role TEXT NOT NULL,
    CONSTRAINT pk_officer_role PRIMARY KEY (officer_id, unit_code, role),
    CONSTRAINT fk_officer_role_officer_id FOREIGN KEY(officer_id) REFERENCES officer (id),
    CONSTRAINT fk_officer_role_unit_code FOREIGN KEY(unit_code) REFERENCES unit (code)
);

CREATE INDEX ix_officer_role_unit_code_role ON officer_role (unit_code, role);

CREATE TABLE process_version (
    id UUID NOT NULL,
    procedure_code TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    content_hash BYTEA NOT NULL,
    semantics INTEGER NOT NULL,
    source BYTEA NOT NULL,
    spec BYTEA,
    manifest JSONB NOT NULL,
    forms JSONB NOT NULL,
    findings JSONB DEFAULT '[]' NOT NULL,
    revision INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    created_by UUID,
    approval_case_id UUID,
    decision_number TEXT,
    decision_on DATE,
    decided_by TEXT,
    effective_on DATE,
    CONSTRAINT pk_process_version PRIMARY KEY (id),
    CONSTRAINT uq_process_version_procedure_code_number UNIQUE (procedure_code, number),
    CONSTRAINT fk_process_version_procedure_code FOREIGN KEY(procedure_code) REFERENCES procedure (code)
);

CREATE UNIQUE INDEX ix_process_version_published ON process_version (procedure_code) WHERE state = 'published';

CREATE TABLE web_session (
    token_hash BYTEA NOT NULL,
    officer_id UUID NOT NULL,
    csrf TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_web_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_web_session_officer_id FOREIGN KEY(officer_id) REFERENCES officer (id)
);

CREATE TABLE cases (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    parent_id UUID,
    procedure_code TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    version_id UUID NOT NULL,
    ruleset TEXT NOT NULL,
    channel SMALLINT NOT NULL,
    status SMALLINT NOT NULL,
    is_suspended BOOLEAN DEFAULT false NOT NULL,
    is_stopped BOOLEAN DEFAULT false NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    receiving_unit TEXT NOT NULL,
    lead_unit TEXT NOT NULL,
    locality TEXT,
    participants TEXT[] NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    legal_due_at TIMESTAMP WITH TIME ZONE,
    promised_at TIMESTAMP WITH TIME ZONE,
    decided_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    is_late BOOLEAN DEFAULT false NOT NULL,
    explanation TEXT DEFAULT 'none' NOT NULL,
    apology TEXT DEFAULT 'none' NOT NULL,
    data_key BYTEA,
    ledger JSONB DEFAULT '[]' NOT NULL,
    facts JSONB DEFAULT '{}' NOT NULL,
    revision INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    head_hash BYTEA NOT NULL,
    state BYTEA,
    CONSTRAINT pk_cases PRIMARY KEY (id),
    CONSTRAINT uq_cases_code UNIQUE (code),
    CONSTRAINT fk_cases_parent_id FOREIGN KEY(parent_id) REFERENCES cases (id),
    CONSTRAINT fk_cases_procedure_code FOREIGN KEY(procedure_code) REFERENCES procedure (code),
    CONSTRAINT fk_cases_version_id FOREIGN KEY(version_id) REFERENCES process_version (id),
    CONSTRAINT fk_cases_receiving_unit FOREIGN KEY(receiving_unit) REFERENCES unit (code),
    CONSTRAINT fk_cases_lead_unit FOREIGN KEY(lead_unit) REFERENCES unit (code)
)
 WITH (toast_tuple_target = 8160, fillfactor = 70);

CREATE INDEX ix_cases_open_late ON cases (lead_unit) WHERE closed_at is null and is_late;

CREATE INDEX ix_cases_parent ON cases (parent_id) WHERE parent_id is not null;

CREATE INDEX ix_cases_participants ON cases USING gin (participants);

CREATE INDEX ix_cases_procedure_code_received_at ON cases (procedure_code, received_at);

CREATE TABLE delivery (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    address TEXT,
    connector TEXT NOT NULL,
    operation TEXT NOT NULL,
    target_unit TEXT,
    payload JSONB NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    reference TEXT,
    receipt JSONB,
    answer JSONB,
    error TEXT,
    CONSTRAINT pk_delivery PRIMARY KEY (id),
    CONSTRAINT fk_delivery_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_delivery_case_id ON delivery (case_id);

CREATE INDEX ix_delivery_due ON delivery (next_at) WHERE state = 'pending' and next_at is not null;

CREATE INDEX ix_delivery_reference ON delivery (connector, reference) WHERE reference is not null;

CREATE INDEX ix_delivery_trouble ON delivery (state, created_at) WHERE state in ('dead', 'rejected');

CREATE TABLE form_submission (
    case_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    element_id TEXT NOT NULL,
    form_key TEXT NOT NULL,
    officer_id UUID,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT pk_form_submission PRIMARY KEY (case_id, revision),
    CONSTRAINT fk_form_submission_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE TABLE letter (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    form TEXT NOT NULL,
    state TEXT NOT NULL,
    unit_code TEXT NOT NULL,
    number INTEGER,
    year INTEGER,
    notation TEXT,
    data JSONB NOT NULL,
    pdf BYTEA,
    signer JSONB,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE,
    void_reason TEXT,
    CONSTRAINT pk_letter PRIMARY KEY (id),
    CONSTRAINT fk_letter_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_letter_case_id ON letter (case_id);

CREATE TABLE paper (
    case_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    originals INTEGER DEFAULT 0 NOT NULL,
    certified INTEGER DEFAULT 0 NOT NULL,
    copies INTEGER DEFAULT 0 NOT NULL,
    is_received BOOLEAN DEFAULT true NOT NULL,
    digitised SMALLINT DEFAULT 0 NOT NULL,
    blob BYTEA,
    file_name TEXT,
    mime TEXT,
    kind TEXT DEFAULT 'component' NOT NULL,
    CONSTRAINT pk_paper PRIMARY KEY (case_id, ordinal),
    CONSTRAINT fk_paper_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE TABLE party (
    case_id UUID NOT NULL,
    role TEXT NOT NULL,
    kind TEXT DEFAULT 'person' NOT NULL,
    name TEXT NOT NULL,
    name_search TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    identifier TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    email TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_party PRIMARY KEY (case_id, role),
    CONSTRAINT fk_party_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE TABLE subscription (
    case_id UUID NOT NULL,
    address TEXT NOT NULL,
    message TEXT NOT NULL,
    key TEXT NOT NULL,
    CONSTRAINT pk_subscription PRIMARY KEY (case_id, address),
    CONSTRAINT fk_subscription_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_subscription_message_key ON subscription (message, key);

CREATE TABLE timer (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    queued_at TIMESTAMP WITH TIME ZONE,
    acted_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_timer PRIMARY KEY (id),
    CONSTRAINT fk_timer_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_timer_case ON timer (case_id) WHERE acted_at is null and cancelled_at is null;

CREATE INDEX ix_timer_due ON timer (due_at) WHERE queued_at is null and acted_at is null and cancelled_at is null;

CREATE TABLE work_item (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    address TEXT NOT NULL,
    element_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    unit_code TEXT NOT NULL,
    role TEXT NOT NULL,
    assignee UUID,
    form_key TEXT,
    step TEXT,
    state TEXT NOT NULL,
    is_paused BOOLEAN DEFAULT false NOT NULL,
    revision INTEGER DEFAULT 1 NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    sort_at TIMESTAMP WITH TIME ZONE NOT NULL,
    case_code TEXT NOT NULL,
    case_legal_due_at TIMESTAMP WITH TIME ZONE,
    procedure_code TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    applicant TEXT DEFAULT '' NOT NULL,
    applicant_key TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_work_item PRIMARY KEY (id),
    CONSTRAINT fk_work_item_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_work_item_case ON work_item (case_id, state);

CREATE INDEX ix_work_item_free ON work_item (unit_code, role, sort_at, id) WHERE state = 'open' and assignee is null;

CREATE INDEX ix_work_item_mine ON work_item (assignee, sort_at, id) WHERE state = 'open' and assignee is not null;

CREATE INDEX ix_work_item_procedure ON work_item (unit_code, procedure_code, sort_at, id) WHERE state = 'open';

CREATE INDEX ix_work_item_unit ON work_item (unit_code, sort_at, id) WHERE state = 'open';

CREATE INDEX ix_work_item_without_due ON work_item (unit_code, is_paused, sort_at, id) WHERE state = 'open' and due_at is null;
