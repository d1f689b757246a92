-- What offices are asked at the same time, what they and the officers answer, and steps that are taken by time. The
-- subject is a case of any kind: an application, an order.

-- +goose Up
CREATE TABLE workflow_task (
    tenant_id     uuid NOT NULL REFERENCES tenant (id),
    id            uuid NOT NULL,
    subject_kind  text NOT NULL,
    subject_id    uuid NOT NULL,
    round         integer NOT NULL, -- the version of the subject with which the state was entered
    state         text NOT NULL,
    branch        text NOT NULL,
    agency_code   text NOT NULL,
    agency_name   jsonb NOT NULL,   -- as it was called then
    status        text NOT NULL CHECK (status IN ('open', 'answered', 'withdrawn')),
    version       integer NOT NULL,
    assignee_id   uuid,
    assignee_name text NOT NULL DEFAULT '',
    outcome       text NOT NULL DEFAULT '',
    refused       boolean NOT NULL DEFAULT false,
    reason        text NOT NULL DEFAULT '',
    opened_at     timestamptz NOT NULL,
    due_at        timestamptz,
    queue_at      timestamptz NOT NULL, -- the deadline; without one, since when
    closed_at     timestamptz,
    closed_by     uuid,
    closed_name   text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, subject_kind, subject_id, round, branch),
    CHECK ((status = 'open') = (closed_at IS NULL)),
    CHECK ((status = 'answered') = (outcome <> ''))
);
CREATE INDEX workflow_task_queue ON workflow_task (tenant_id, agency_code, queue_at, id) WHERE status = 'open';
CREATE INDEX workflow_task_reach ON workflow_task (tenant_id, subject_id, agency_code);
SELECT guard_tenant_table('workflow_task', 'SELECT,INSERT,UPDATE');

-- The newest row of a page is what the office says; earlier ones stay, because somebody has acted on them.
CREATE TABLE workflow_answer (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id   uuid NOT NULL,
    page         text NOT NULL,   -- act:<action> or ask:<branch>
    version      integer NOT NULL, -- of the subject, after this
    answers      jsonb NOT NULL,
    sealed       bytea,           -- the private answers (kernel/privacy)
    actor_id     uuid NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX workflow_answer_of ON workflow_answer (tenant_id, subject_kind, subject_id, id);
SELECT guard_tenant_table('workflow_answer', 'SELECT,INSERT');

CREATE TABLE workflow_answer_file (
    tenant_id uuid NOT NULL,
    answer_id uuid NOT NULL,
    file_id   uuid NOT NULL,
    field     text NOT NULL,
    PRIMARY KEY (tenant_id, answer_id, file_id),
    FOREIGN KEY (tenant_id, answer_id) REFERENCES workflow_answer (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX workflow_answer_file_file ON workflow_answer_file (tenant_id, file_id);
SELECT guard_tenant_table('workflow_answer_file', 'SELECT,INSERT');

CREATE TABLE workflow_timer (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id   uuid NOT NULL,
    what         text NOT NULL CHECK (what IN ('take', 'remind', 'late')),
    name         text NOT NULL,    -- the action, or the id of the task that is late
    at           timestamptz NOT NULL,
    sent         boolean NOT NULL, -- a job was added
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX workflow_timer_due ON workflow_timer (tenant_id, subject_kind, at) WHERE NOT sent;
CREATE INDEX workflow_timer_of ON workflow_timer (tenant_id, subject_kind, subject_id);
SELECT guard_tenant_table('workflow_timer');
