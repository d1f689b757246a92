-- The agencies' own apps, and where applications in them stand. Only the apps know those applications; the city keeps
-- what a resident's and an officer's list shows, and of the applicant two keyed hashes by which a resident is found.

-- +goose Up
CREATE TABLE external_app (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    agency     text NOT NULL,
    source     text COLLATE "C" NOT NULL CHECK (source <> ''), -- of its events; together with their ids it identifies them
    contact    text NOT NULL,                                  -- whom the city writes to about it: an office, not a person
    services   text[] NOT NULL CHECK (services <> '{}'),
    hosts      text[] NOT NULL DEFAULT '{}',                   -- to which its addresses may lead
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    closed_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, source),
    FOREIGN KEY (tenant_id, agency) REFERENCES agency (tenant_id, code)
);
SELECT guard_tenant_table('external_app', 'SELECT,INSERT,UPDATE');

-- stage_at and stage_event are the time and id of the event that the stage is from, stamps those of the other parts: an
-- event counts where it is the later, so the order in which events arrive means nothing.
CREATE TABLE external_application (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    app_id       uuid NOT NULL,
    reference    text COLLATE "C" NOT NULL, -- the app's own
    agency       text NOT NULL,
    service      text NOT NULL,
    stage        text NOT NULL CHECK (stage IN ('received', 'in_review', 'needs_correction', 'approved', 'rejected', 'cancelled', 'completed')),
    label        text NOT NULL DEFAULT '',  -- the app's own words for it
    stage_at     timestamptz NOT NULL,
    stage_event  text COLLATE "C" NOT NULL,
    stamps       jsonb NOT NULL,
    nik_hash     bytea,
    email_hash   bytea,
    name_masked  text NOT NULL DEFAULT '',
    due_at       timestamptz,
    url          text NOT NULL DEFAULT '',
    document_url text NOT NULL DEFAULT '',
    first_at     timestamptz NOT NULL, -- the earliest event
    decided_at   timestamptz,          -- the earliest that decided it, unless it has been opened again
    closed_at    timestamptz,
    queue_rank   smallint NOT NULL,    -- as of native applications: 0 has a deadline, 1 has none, 2 decided, 3 waits for the applicant
    queue_at     timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, app_id, reference),
    FOREIGN KEY (tenant_id, app_id) REFERENCES external_app (tenant_id, id)
);
CREATE INDEX external_application_mine ON external_application (tenant_id, nik_hash, email_hash, first_at) WHERE nik_hash IS NOT NULL;
CREATE INDEX external_application_queue ON external_application (tenant_id, agency, queue_rank, queue_at, id) INCLUDE (stage) WHERE closed_at IS NULL;
CREATE INDEX external_application_queue_all ON external_application (tenant_id, queue_rank, queue_at, id) INCLUDE (stage) WHERE closed_at IS NULL;
CREATE INDEX external_application_closed ON external_application (tenant_id, agency, closed_at, id) INCLUDE (stage) WHERE closed_at IS NOT NULL;
CREATE INDEX external_application_closed_all ON external_application (tenant_id, closed_at, id) INCLUDE (stage) WHERE closed_at IS NOT NULL;
CREATE INDEX external_application_first ON external_application (tenant_id, first_at);
CREATE INDEX external_application_decided ON external_application (tenant_id, decided_at) WHERE decided_at IS NOT NULL;
SELECT guard_tenant_table('external_application');

-- Every event that was accepted, once.
CREATE TABLE external_event (
    tenant_id      uuid NOT NULL,
    app_id         uuid NOT NULL,
    event_id       text COLLATE "C" NOT NULL,
    application_id uuid NOT NULL,
    service        text NOT NULL,
    stage          text NOT NULL,
    label          text NOT NULL,
    at             timestamptz NOT NULL, -- when it happened, says the app
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, app_id, event_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES external_application (tenant_id, id)
);
CREATE INDEX external_event_of ON external_event (tenant_id, application_id, at, event_id);
SELECT guard_tenant_table('external_event', 'SELECT,INSERT,DELETE');

-- What became of each request of an app, for its makers to find their mistakes; kept for ninety days.
CREATE TABLE external_delivery (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    app_id     uuid NOT NULL,
    key_id     uuid NOT NULL,
    at         timestamptz NOT NULL,
    mode       text NOT NULL CHECK (mode IN ('binary', 'structured', 'batch')),
    accepted   integer NOT NULL,
    duplicates integer NOT NULL,
    refused    integer NOT NULL,
    refusals   jsonb NOT NULL DEFAULT '[]', -- the first of them: place, id and codes, never what was sent
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES external_app (tenant_id, id)
);
CREATE INDEX external_delivery_of ON external_delivery (tenant_id, app_id, id);
CREATE INDEX external_delivery_age ON external_delivery (tenant_id, at);
SELECT guard_tenant_table('external_delivery', 'SELECT,INSERT,DELETE');

-- The NIK by which a resident asks to see applications made in other apps, as a keyed hash.
CREATE TABLE external_link (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    nik_hash   bytea NOT NULL,
    linked_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
SELECT guard_tenant_table('external_link');

-- What the dashboard may know of them. security_invoker: the reader's own row-level security applies.
CREATE VIEW v_external_application WITH (security_invoker = true) AS
    SELECT tenant_id, agency, service, stage, first_at, decided_at FROM external_application;
GRANT SELECT ON v_external_application TO bedelau_app;
