-- An application from its draft to its end, what happened to it, and its files.

-- +goose Up
CREATE TABLE application (
    tenant_id        uuid NOT NULL REFERENCES tenant (id),
    id               uuid NOT NULL,
    number           text COLLATE "C", -- BTM-26-7K3QX-4, from submission on
    receipt_token    text,             -- what the QR of the receipt points at
    service_code     text NOT NULL,
    service_name     jsonb NOT NULL,   -- as it was called then
    agency_code      text NOT NULL,
    agency_name      jsonb NOT NULL,
    agency_short     text NOT NULL,
    account_id       uuid NOT NULL,
    channel          text NOT NULL CHECK (channel IN ('web', 'api', 'counter')),
    locale           text NOT NULL CHECK (locale IN ('id', 'en')), -- in which the applicant is written to

    form_code        text NOT NULL,
    form_version     integer NOT NULL,
    workflow_code    text NOT NULL,
    workflow_version integer NOT NULL,
    document_code    text NOT NULL DEFAULT '', -- empty: the service issues nothing here
    document_version integer NOT NULL DEFAULT 0,
    standard_version integer NOT NULL DEFAULT 0,

    state            text NOT NULL, -- of the workflow; 'draft' before submission
    stage            text NOT NULL CHECK (stage IN ('draft', 'received', 'in_review', 'needs_correction', 'approved',
                                                    'rejected', 'cancelled', 'completed')),
    clock            text NOT NULL CHECK (clock IN ('running', 'paused', 'stopped')),
    version          integer NOT NULL, -- grows with every act that another officer must know of

    answers          jsonb NOT NULL,
    sealed           bytea, -- the private answers (kernel/privacy)
    subject_hash     bytea, -- keyed hash of the NIK, or of the account for forms without one
    phone_hash       bytea, -- keyed hash of the last four digits, for tracking
    applicant_name   text NOT NULL DEFAULT '',
    name_key         text COLLATE "C" NOT NULL DEFAULT '', -- the name in small letters; searched by range, which is leakproof
    one_open         boolean NOT NULL DEFAULT false,

    submit_key       text,
    submitted_at     timestamptz,
    term_amount      integer NOT NULL DEFAULT 0,
    term_unit        text NOT NULL DEFAULT '',
    due_at           timestamptz, -- null: nothing promised, or the clock is paused
    due_provisional  boolean NOT NULL DEFAULT false, -- counted through a year without imported holidays
    remaining        jsonb, -- while paused
    decided_at       timestamptz,
    outcome          text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'approved', 'rejected')),
    on_time          boolean,
    reason           text NOT NULL DEFAULT '', -- the words of the decision
    closed_at        timestamptz,
    escalation_sent  integer NOT NULL DEFAULT 0, -- the level for which a job was added
    escalation_level integer NOT NULL DEFAULT 0, -- the level that was raised
    assignee_id      uuid,
    assignee_name    text NOT NULL DEFAULT '',
    correction       jsonb, -- while it is the applicant's turn

    queue_rank       smallint NOT NULL DEFAULT 0, -- 0 has a deadline, 1 has none, 2 decided, 3 waits for the applicant
    queue_at         timestamptz NOT NULL,        -- the deadline; for the others, since when
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,

    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, receipt_token),
    UNIQUE (tenant_id, account_id, submit_key),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, form_code, form_version) REFERENCES form_definition (tenant_id, code, version),
    FOREIGN KEY (tenant_id, workflow_code, workflow_version) REFERENCES workflow_definition (tenant_id, code, version),
    CHECK ((stage = 'draft') = (submitted_at IS NULL)),
    CHECK (submitted_at IS NULL OR (number IS NOT NULL AND receipt_token IS NOT NULL AND submit_key IS NOT NULL
                                    AND subject_hash IS NOT NULL AND phone_hash IS NOT NULL))
);
SELECT guard_tenant_table('application');

-- One draft per person and service: starting again finds it.
CREATE UNIQUE INDEX application_draft ON application (tenant_id, account_id, service_code) WHERE stage = 'draft';
CREATE INDEX application_mine ON application (tenant_id, account_id, id);
CREATE INDEX application_subject ON application (tenant_id, service_code, subject_hash, submitted_at)
    WHERE submitted_at IS NOT NULL;
CREATE INDEX application_form ON application (tenant_id, form_code, form_version);
CREATE INDEX application_workflow ON application (tenant_id, workflow_code, workflow_version);

-- The desks. Only open cases are in these, so they stay small; the assignee is included so that all counts of an
-- agency are one read of the index.
CREATE INDEX application_queue ON application (tenant_id, agency_code, queue_rank, queue_at, id) INCLUDE (assignee_id)
    WHERE submitted_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX application_queue_all ON application (tenant_id, queue_rank, queue_at, id) INCLUDE (assignee_id)
    WHERE submitted_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX application_assignee ON application (tenant_id, assignee_id, queue_rank, queue_at, id)
    WHERE submitted_at IS NOT NULL AND closed_at IS NULL AND assignee_id IS NOT NULL;
CREATE INDEX application_closed ON application (tenant_id, agency_code, closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX application_closed_all ON application (tenant_id, closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX application_name ON application (tenant_id, agency_code, name_key, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_name_all ON application (tenant_id, name_key, id) WHERE submitted_at IS NOT NULL;
-- What the sweep looks for.
CREATE INDEX application_late ON application (tenant_id, due_at) WHERE clock = 'running' AND escalation_sent = 0 AND due_at IS NOT NULL;

-- What happened, in order. The public part is what the applicant sees.
CREATE TABLE application_event (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    application_id uuid NOT NULL,
    at             timestamptz NOT NULL,
    version        integer NOT NULL, -- of the application, after this
    action         text NOT NULL,    -- of the workflow, or submitted, note, assigned, escalated, issued, calendar_missing
    from_state     text NOT NULL DEFAULT '',
    to_state       text NOT NULL DEFAULT '',
    actor_id       uuid NOT NULL,
    actor_kind     text NOT NULL,
    actor_name     text NOT NULL DEFAULT '',
    public         boolean NOT NULL,
    message        text NOT NULL DEFAULT '',
    fields         text[] NOT NULL DEFAULT '{}', -- to correct, or corrected
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id)
);
CREATE INDEX application_event_of ON application_event (tenant_id, application_id, id);
SELECT guard_tenant_table('application_event', 'SELECT,INSERT');

-- Which file answers which field. A file that was replaced during a correction stays, marked, because it was seen.
CREATE TABLE application_file (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    file_id        uuid NOT NULL,
    field          text NOT NULL,
    added_at       timestamptz NOT NULL,
    removed_at     timestamptz,
    PRIMARY KEY (tenant_id, application_id, file_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX application_file_file ON application_file (tenant_id, file_id);
SELECT guard_tenant_table('application_file');
