-- What Stripe says: its invoices as they were last read, its events as they came in, and what did not agree.

-- +goose Up
CREATE TABLE stripe_invoice (
    tenant_id   uuid NOT NULL REFERENCES tenant (id), -- the platform
    id          text NOT NULL,                        -- at Stripe
    city        uuid,
    invoice_id  uuid,                                 -- in the books, that it collects
    status      text NOT NULL DEFAULT '',
    total       bigint NOT NULL DEFAULT 0,            -- in hundredths of a rupiah, as the two below
    due         bigint NOT NULL DEFAULT 0,            -- still to be paid there
    paid        bigint NOT NULL DEFAULT 0,            -- by Stripe
    booked      bigint NOT NULL DEFAULT 0,            -- of that, what the books have
    attempts    integer NOT NULL DEFAULT 0,
    failed      boolean NOT NULL DEFAULT false,       -- the last attempt to charge it
    url         text NOT NULL DEFAULT '',             -- where it can be paid
    reads       bigint NOT NULL DEFAULT 0,            -- numbers each reading of it
    applied     bigint NOT NULL DEFAULT 0,            -- the number of the one that these columns are of
    read_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
CREATE UNIQUE INDEX stripe_invoice_of ON stripe_invoice (tenant_id, invoice_id) WHERE invoice_id IS NOT NULL;
SELECT guard_tenant_table('stripe_invoice', 'SELECT,INSERT,UPDATE');

-- The body of an event is not kept: the object is read again, as it is when the event is dealt with.
CREATE TABLE stripe_event (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           text NOT NULL,
    type         text NOT NULL,
    object_id    text NOT NULL,
    api_version  text NOT NULL,
    live         boolean NOT NULL,
    created_at   timestamptz NOT NULL, -- there
    received_at  timestamptz NOT NULL,
    processed_at timestamptz,
    outcome      text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);
SELECT guard_tenant_table('stripe_event', 'SELECT,INSERT');
GRANT UPDATE (processed_at, outcome) ON stripe_event TO bedelau_app;

CREATE TABLE stripe_incident (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('line_differs', 'total_differs', 'open_differs', 'unknown_invoice', 'not_collected', 'not_whole', 'payment_failed',
        'subscription_ended', 'refund', 'dispute', 'api_version', 'refused')),
    object     text NOT NULL,             -- at Stripe, or the number of an invoice of the books
    part       text NOT NULL DEFAULT '',  -- of it
    city       uuid,
    invoice_id uuid,                      -- in the books
    expected   bigint NOT NULL DEFAULT 0, -- in hundredths of a rupiah, as found
    found      bigint NOT NULL DEFAULT 0,
    note       text NOT NULL DEFAULT '',
    found_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,      -- when it was last found so
    closed_at  timestamptz,
    closed_by  uuid,                      -- the nil UUID when it has gone by itself
    reason     text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX stripe_incident_open ON stripe_incident (tenant_id, kind, object, part) WHERE closed_at IS NULL;
SELECT guard_tenant_table('stripe_incident', 'SELECT,INSERT,UPDATE');

-- Pages of Stripe that someone of a city has asked for: to leave a way to be charged, and to look after it.
CREATE TABLE stripe_link (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    city       uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('checkout', 'portal')),
    back       text NOT NULL,             -- where Stripe's page leads afterwards
    asked_by   uuid NOT NULL,
    asked_at   timestamptz NOT NULL,
    session_id text NOT NULL DEFAULT '',
    url        text NOT NULL DEFAULT '',
    ready_at   timestamptz,
    PRIMARY KEY (tenant_id, id)
);
SELECT guard_tenant_table('stripe_link', 'SELECT,INSERT,UPDATE');
