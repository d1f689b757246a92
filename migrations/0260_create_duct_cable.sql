-- Cables in the ducts: whose each is and how it is, with a row for each span of days, and in which units it lies. One cable lies in a
-- microduct on a day; how full a subduct or a duct may be pulled is a rule of the city.

-- +goose Up
CREATE TABLE duct_fill_rule (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    kind      text NOT NULL,              -- duct, subduct
    percent   integer NOT NULL CHECK (percent BETWEEN 1 AND 100), -- of the inner cross-section
    source    text NOT NULL,
    verified  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, kind)
);
SELECT guard_tenant_table('duct_fill_rule', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_cable (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id        uuid NOT NULL,
    code      text NOT NULL,
    made_at   timestamptz NOT NULL,
    made_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code)
);
SELECT guard_tenant_table('duct_cable', 'SELECT,INSERT');

CREATE TABLE duct_cable_state (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    cable_id    uuid NOT NULL,
    since       date NOT NULL,
    until       date,
    owner       text NOT NULL CHECK (owner IN ('operator', 'other', 'unknown')),
    operator_id uuid,
    owner_name  text NOT NULL DEFAULT '', -- of somebody who is no operator
    use         text NOT NULL CHECK (use IN ('live', 'dead', 'removed')),
    condition   text NOT NULL,
    fibres      integer CHECK (fibres > 0),
    outer_tenth integer CHECK (outer_tenth > 0), -- tenths of a millimetre across
    note        text NOT NULL DEFAULT '',
    why         text NOT NULL,
    at          timestamptz NOT NULL,
    by_id       uuid NOT NULL,
    voided_at   timestamptz,              -- another began on the same day: it was never so
    PRIMARY KEY (tenant_id, id),
    CHECK (until > since),
    CHECK ((owner = 'operator') = (operator_id IS NOT NULL) AND (owner = 'other') = (owner_name <> '')),
    FOREIGN KEY (tenant_id, cable_id) REFERENCES duct_cable (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    CONSTRAINT duct_cable_state_once EXCLUDE USING gist (tenant_id WITH =, cable_id WITH =, daterange(since, until) WITH &&) WHERE (voided_at IS NULL)
);
CREATE INDEX duct_cable_state_of ON duct_cable_state (tenant_id, cable_id, since) WHERE voided_at IS NULL;
SELECT guard_tenant_table('duct_cable_state', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_cable_run ( -- a unit in which a cable lies
    tenant_id uuid NOT NULL,
    id        uuid NOT NULL,
    cable_id  uuid NOT NULL,
    unit_id   uuid NOT NULL,
    alone     boolean NOT NULL,           -- the unit is a microduct, which takes one
    since     date NOT NULL,
    until     date,
    parted_by uuid,                       -- the change of the network from whose day on it lies in the parts of the unit
    voided_by uuid,                       -- the change that took that back
    PRIMARY KEY (tenant_id, id),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, cable_id) REFERENCES duct_cable (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES duct_unit (tenant_id, id),
    FOREIGN KEY (tenant_id, parted_by) REFERENCES duct_change (tenant_id, id),
    FOREIGN KEY (tenant_id, voided_by) REFERENCES duct_change (tenant_id, id),
    CONSTRAINT duct_cable_run_once EXCLUDE USING gist (tenant_id WITH =, cable_id WITH =, unit_id WITH =, daterange(since, until) WITH &&) WHERE (voided_by IS NULL),
    CONSTRAINT duct_cable_run_alone EXCLUDE USING gist (tenant_id WITH =, unit_id WITH =, daterange(since, until) WITH &&) WHERE (voided_by IS NULL AND alone)
);
CREATE INDEX duct_cable_run_unit ON duct_cable_run (tenant_id, unit_id, since) WHERE voided_by IS NULL;
CREATE INDEX duct_cable_run_cable ON duct_cable_run (tenant_id, cable_id) WHERE voided_by IS NULL;
SELECT guard_tenant_table('duct_cable_run', 'SELECT,INSERT,UPDATE');
