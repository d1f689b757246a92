-- A company's order of a way through the ducts, from its placing to the removal of the cable: it is carried by steps that are data,
-- and keeps the version of them that it was placed with. What is agreed on, permitted, shown and signed on its way hangs on it.

-- +goose Up
CREATE TABLE duct_flow ( -- how a city deals with orders; a version never changes
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    version    integer NOT NULL,
    body       jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
SELECT guard_tenant_table('duct_flow', 'SELECT,INSERT');

CREATE TABLE duct_order (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           uuid NOT NULL,
    number       text NOT NULL,
    operator_id  uuid NOT NULL,
    flow_version integer NOT NULL,
    state        text NOT NULL,           -- of the flow
    stage        text NOT NULL,           -- where that stands, in words of every flow
    clock        text NOT NULL,           -- running, paused (the company's turn), stopped
    version      integer NOT NULL,        -- counts the steps
    from_node    text NOT NULL,           -- codes, as the company named them
    to_node      text NOT NULL,
    kind         text NOT NULL,           -- of the units: duct, subduct, microduct
    quantity     integer NOT NULL CHECK (quantity > 0), -- on each segment
    since        date NOT NULL,
    until        date,                    -- the first day on which it is over; absent, it goes on
    note         text NOT NULL DEFAULT '',
    key          text NOT NULL,           -- the sender's own, so that a repetition is the same order
    segments     uuid[] NOT NULL DEFAULT '{}', -- the way that was found
    authorities  text[] NOT NULL DEFAULT '{}', -- whose ground it crosses
    length_mm    bigint NOT NULL DEFAULT 0,
    lease_id     uuid,
    renews       uuid,                    -- the order whose units this one keeps for longer
    accepted_on  date,                    -- of the acceptance record
    ends_on      date,                    -- the first day without the lease, once notice was given
    as_built     text NOT NULL DEFAULT '', -- import, unchanged
    import_id    uuid,                    -- the survey that wrote down what was built
    refusal      text,                    -- the code of the published reason
    reason       text NOT NULL DEFAULT '', -- what was said with the last step
    placed_at    timestamptz NOT NULL,
    placed_by    uuid NOT NULL,
    entered_at   timestamptz NOT NULL,    -- the state
    due_at       timestamptz,             -- by when the office promised its next step
    queue_at     timestamptz NOT NULL,    -- its place among others: due_at, else when it waits for nobody's promise, far behind
    closed_at    timestamptz,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, operator_id, key),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, flow_version) REFERENCES duct_flow (tenant_id, version),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id),
    FOREIGN KEY (tenant_id, renews) REFERENCES duct_order (tenant_id, id),
    FOREIGN KEY (tenant_id, import_id) REFERENCES duct_import (tenant_id, id)
);
CREATE INDEX duct_order_queue ON duct_order (tenant_id, queue_at, id) WHERE closed_at IS NULL;
CREATE INDEX duct_order_closed ON duct_order (tenant_id, id) WHERE closed_at IS NOT NULL;
CREATE INDEX duct_order_of ON duct_order (tenant_id, operator_id, id);
CREATE UNIQUE INDEX duct_order_lease ON duct_order (tenant_id, lease_id) WHERE lease_id IS NOT NULL;
CREATE INDEX duct_order_renews ON duct_order (tenant_id, renews) WHERE renews IS NOT NULL;
SELECT guard_tenant_table('duct_order', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_order_event ( -- what happened to an order; none is ever changed
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    order_id   uuid NOT NULL,
    version    integer NOT NULL,          -- of the order, after it
    at         timestamptz NOT NULL,
    action     text NOT NULL,             -- of the flow, or one of the program's own
    from_state text NOT NULL,
    to_state   text NOT NULL,
    actor_id   uuid NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    reason     text NOT NULL DEFAULT '',
    detail     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES duct_order (tenant_id, id)
);
CREATE INDEX duct_order_event_of ON duct_order_event (tenant_id, order_id, id);
SELECT guard_tenant_table('duct_order_event', 'SELECT,INSERT');

CREATE TABLE duct_order_series ( -- numbers that were given out
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    series    text NOT NULL,
    year      integer NOT NULL,
    last      integer NOT NULL,
    PRIMARY KEY (tenant_id, series, year)
);
SELECT guard_tenant_table('duct_order_series', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_order_paper ( -- a quote, an order letter (SPK), an acceptance record (BAST): what it says never changes
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    order_id    uuid NOT NULL,
    kind        text NOT NULL,
    number      text NOT NULL,
    day         date NOT NULL,
    valid_until date,                     -- the last day on which a quote can be accepted
    body        jsonb NOT NULL,
    file_id     uuid,                     -- once somebody has opened it
    made_at     timestamptz NOT NULL,
    made_by     uuid NOT NULL,
    agreed_at   timestamptz,              -- by the company
    agreed_by   uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, order_id) REFERENCES duct_order (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_order_paper_of ON duct_order_paper (tenant_id, order_id, id);
SELECT guard_tenant_table('duct_order_paper', 'SELECT,INSERT');
GRANT UPDATE (file_id, agreed_at, agreed_by) ON duct_order_paper TO bedelau_app;

CREATE TABLE duct_order_permit ( -- of each authority whose ground the way crosses
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    order_id   uuid NOT NULL,
    authority  text NOT NULL,
    number     text NOT NULL DEFAULT '',
    granted_on date,                      -- absent: still to be had
    until      date,                      -- the last day on which it holds
    file_id    uuid,
    written_at timestamptz,
    written_by uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, order_id, authority),
    FOREIGN KEY (tenant_id, order_id) REFERENCES duct_order (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
SELECT guard_tenant_table('duct_order_permit', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_order_window ( -- when a crew may open a manhole
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    order_id   uuid NOT NULL,
    node_id    uuid NOT NULL,
    since      date NOT NULL,
    until      date NOT NULL,             -- the last day
    crew       text NOT NULL,             -- who works there
    leader     text NOT NULL,
    phone      text NOT NULL,
    people     integer NOT NULL CHECK (people > 0),
    safety     text NOT NULL,             -- who watches over it (K3), with the certificate
    state      text NOT NULL,             -- asked, granted, refused, withdrawn
    beside     boolean NOT NULL DEFAULT false, -- may work there beside another crew
    reason     text NOT NULL DEFAULT '',
    asked_at   timestamptz NOT NULL,
    asked_by   uuid NOT NULL,
    decided_at timestamptz,
    decided_by uuid,
    PRIMARY KEY (tenant_id, id),
    CHECK (until >= since),
    FOREIGN KEY (tenant_id, order_id) REFERENCES duct_order (tenant_id, id),
    FOREIGN KEY (tenant_id, node_id) REFERENCES duct_node (tenant_id, id),
    CONSTRAINT duct_order_window_once EXCLUDE USING gist (tenant_id WITH =, node_id WITH =, daterange(since, until, '[]') WITH &&) WHERE (state = 'granted' AND NOT beside)
);
CREATE INDEX duct_order_window_of ON duct_order_window (tenant_id, order_id, id);
CREATE INDEX duct_order_window_at ON duct_order_window (tenant_id, node_id, since) WHERE state = 'granted';
SELECT guard_tenant_table('duct_order_window', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_order_evidence ( -- what shows that a cable lies there, or was taken out
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    order_id    uuid NOT NULL,
    purpose     text NOT NULL,            -- install, removal
    kind        text NOT NULL,            -- before, after, trace
    place       text NOT NULL,            -- code of a node or a segment
    note        text NOT NULL DEFAULT '',
    file_id     uuid NOT NULL,
    state       text NOT NULL,            -- waiting, approved, rejected
    reason      text NOT NULL DEFAULT '', -- why it was rejected
    replaces    uuid,                     -- a rejected one that was made anew
    sent_at     timestamptz NOT NULL,
    sent_by     uuid NOT NULL,
    reviewed_at timestamptz,
    reviewed_by uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES duct_order (tenant_id, id),
    FOREIGN KEY (tenant_id, replaces) REFERENCES duct_order_evidence (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_order_evidence_of ON duct_order_evidence (tenant_id, order_id, id);
CREATE UNIQUE INDEX duct_order_evidence_anew ON duct_order_evidence (tenant_id, replaces) WHERE replaces IS NOT NULL;
SELECT guard_tenant_table('duct_order_evidence', 'SELECT,INSERT,UPDATE');

ALTER TABLE duct_lease ADD COLUMN order_id uuid; -- whose steps the lease follows
