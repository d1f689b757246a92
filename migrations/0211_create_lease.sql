-- Who holds what of the shared ducts, and until when. That one unit is never held twice on a day is a constraint of the
-- database: a hold of a unit is a hold of all that lies in it, so a duct and a subduct in it exclude each other too.

-- +goose Up
CREATE TABLE duct_operator (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    name       text NOT NULL,
    nib        text NOT NULL,             -- business number
    npwp       text NOT NULL DEFAULT '',
    licence    text NOT NULL,             -- of Komdigi, to run a network or a service
    email      text NOT NULL,
    phone      text NOT NULL DEFAULT '',
    address    text NOT NULL DEFAULT '',
    state      text NOT NULL,             -- applied, approved, suspended
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, nib)
);
SELECT guard_tenant_table('duct_operator', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_lease (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           uuid NOT NULL,
    number       text NOT NULL,
    operator_id  uuid NOT NULL,
    state        text NOT NULL,           -- reserved, ordered, active, ended, expired, cancelled
    kind         text NOT NULL,           -- of the units: duct, subduct, microduct
    quantity     integer NOT NULL CHECK (quantity > 0), -- on each segment
    since        date NOT NULL,
    until        date,                    -- the first day on which it is over; absent, it goes on
    expires_at   timestamptz,             -- of a reservation
    length_mm    bigint NOT NULL,         -- billed length of the route
    segments     integer NOT NULL,
    key          text NOT NULL,           -- the caller's own, so that a repetition is the same lease
    why          text NOT NULL DEFAULT '', -- it ended, or was cancelled
    created_at   timestamptz NOT NULL,
    created_by   uuid NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, operator_id, key),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
CREATE INDEX duct_lease_latest ON duct_lease (tenant_id, created_at DESC, id DESC);
CREATE INDEX duct_lease_expiring ON duct_lease (tenant_id, expires_at) WHERE state = 'reserved';
SELECT guard_tenant_table('duct_lease', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_hold (
    tenant_id   uuid NOT NULL,
    lease_id    uuid NOT NULL,
    unit_id     uuid NOT NULL,
    own         boolean NOT NULL,         -- what was let; else what lies in it
    during      daterange NOT NULL CHECK (NOT isempty(during)),
    released_at timestamptz,
    PRIMARY KEY (tenant_id, lease_id, unit_id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES duct_unit (tenant_id, id),
    CONSTRAINT duct_hold_once EXCLUDE USING gist (tenant_id WITH =, unit_id WITH =, during WITH &&) WHERE (released_at IS NULL)
);
CREATE INDEX duct_hold_unit ON duct_hold (tenant_id, unit_id) WHERE released_at IS NULL;
SELECT guard_tenant_table('duct_hold', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_version ( -- how often what a plan rests on has changed
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    holds     bigint NOT NULL,            -- changes of who holds what
    leases    bigint NOT NULL,            -- numbers given out
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('duct_version', 'SELECT,INSERT,UPDATE');
