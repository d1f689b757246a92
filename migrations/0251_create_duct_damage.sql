-- Damage to the shared ducts: who reported what, until when somebody promised to be there and to mend it, whose leases were without
-- service and who was told, what caused it, who pays, and what is let off the month's fee for it.

-- +goose Up
CREATE TABLE duct_damage_policy ( -- the rules of the company from a day on
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    effective_from date NOT NULL,
    body           jsonb NOT NULL,
    PRIMARY KEY (tenant_id, effective_from)
);
SELECT guard_tenant_table('duct_damage_policy', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_damage (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    number      text NOT NULL,
    key         uuid NOT NULL,             -- of the form, so that one sent twice is one report
    source      text NOT NULL,             -- public, company, staff
    state       text NOT NULL,             -- reported, acknowledged, on_site, temporary, repaired, closed, dismissed
    kind        text NOT NULL,             -- what is seen
    words       text NOT NULL DEFAULT '',  -- of who reported it
    place       text NOT NULL DEFAULT '',
    node_id     uuid,
    operator_id uuid,                      -- the company that reported it
    by_id       uuid,                      -- absent: somebody of the public
    policy_from date,                      -- of the rules that hold for it; absent where the city had none
    reported_at timestamptz NOT NULL,
    restored_at timestamptz,               -- service runs again, if only for the time being
    cause       text NOT NULL DEFAULT '',
    liable      text NOT NULL DEFAULT '',  -- third_party, operator, company, nature, nobody
    liable_operator uuid,
    liable_name text NOT NULL DEFAULT '',
    root_cause  text NOT NULL DEFAULT '',
    cost        bigint NOT NULL DEFAULT 0 CHECK (cost >= 0),
    closing     text NOT NULL DEFAULT '',
    revision    integer NOT NULL DEFAULT 0,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, key),
    FOREIGN KEY (tenant_id, node_id) REFERENCES duct_node (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, liable_operator) REFERENCES duct_operator (tenant_id, id)
);
CREATE INDEX duct_damage_state ON duct_damage (tenant_id, state, id);
CREATE INDEX duct_damage_node ON duct_damage (tenant_id, node_id, id) WHERE node_id IS NOT NULL;
CREATE INDEX duct_damage_by ON duct_damage (tenant_id, operator_id, id) WHERE operator_id IS NOT NULL;
CREATE INDEX duct_damage_when ON duct_damage (tenant_id, reported_at);
SELECT guard_tenant_table('duct_damage', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_damage_clock (
    tenant_id  uuid NOT NULL,
    damage_id  uuid NOT NULL,
    clock      text NOT NULL,              -- acknowledge, on_site, temporary, permanent
    due_at     timestamptz NOT NULL,
    done_at    timestamptz,
    raised_at  timestamptz,                -- its being late was told
    stopped_at timestamptz,                -- there was nothing to do
    PRIMARY KEY (tenant_id, damage_id, clock),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id)
);
CREATE INDEX duct_damage_clock_due ON duct_damage_clock (tenant_id, due_at) WHERE done_at IS NULL AND stopped_at IS NULL AND raised_at IS NULL;
SELECT guard_tenant_table('duct_damage_clock', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_damage_event ( -- what happened, in the order of the ids
    tenant_id uuid NOT NULL,
    damage_id uuid NOT NULL,
    id        uuid NOT NULL,
    what      text NOT NULL,
    words     text NOT NULL DEFAULT '',
    shared    boolean NOT NULL,            -- the companies that are affected read it too
    detail    jsonb NOT NULL DEFAULT '{}',
    at        timestamptz NOT NULL,        -- when it happened, which may be before it was written down
    by_id     uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id)
);
CREATE INDEX duct_damage_event_of ON duct_damage_event (tenant_id, damage_id, id);
SELECT guard_tenant_table('duct_damage_event', 'SELECT,INSERT');

CREATE TABLE duct_damage_hit ( -- a unit that was hit, or lies in one that was
    tenant_id  uuid NOT NULL,
    damage_id  uuid NOT NULL,
    unit_id    uuid NOT NULL,
    segment_id uuid NOT NULL,
    named      boolean NOT NULL,           -- else it lies in one that was named
    PRIMARY KEY (tenant_id, damage_id, unit_id),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES duct_unit (tenant_id, id)
);
CREATE INDEX duct_damage_hit_segment ON duct_damage_hit (tenant_id, segment_id, damage_id);
SELECT guard_tenant_table('duct_damage_hit', 'SELECT,INSERT');

CREATE TABLE duct_damage_lease ( -- a lease that runs through what was hit, on that day
    tenant_id   uuid NOT NULL,
    damage_id   uuid NOT NULL,
    lease_id    uuid NOT NULL,
    operator_id uuid NOT NULL,
    units       integer NOT NULL,          -- of it that were hit, on the segment that was hit worst
    of_units    integer NOT NULL,          -- that it has on that segment
    found_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, damage_id, lease_id),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id)
);
CREATE INDEX duct_damage_lease_of ON duct_damage_lease (tenant_id, operator_id, damage_id);
SELECT guard_tenant_table('duct_damage_lease', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_damage_notice ( -- a company that was told, once
    tenant_id   uuid NOT NULL,
    damage_id   uuid NOT NULL,
    operator_id uuid NOT NULL,
    told_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, damage_id, operator_id),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
CREATE INDEX duct_damage_notice_of ON duct_damage_notice (tenant_id, operator_id, damage_id);
SELECT guard_tenant_table('duct_damage_notice', 'SELECT,INSERT');

CREATE TABLE duct_damage_photo ( -- evidence
    tenant_id uuid NOT NULL,
    file_id   uuid NOT NULL,
    damage_id uuid NOT NULL,
    stage     text NOT NULL,               -- report, before, after
    at        timestamptz NOT NULL,
    by_id     uuid,
    PRIMARY KEY (tenant_id, file_id),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_damage_photo_of ON duct_damage_photo (tenant_id, damage_id, file_id);
SELECT guard_tenant_table('duct_damage_photo', 'SELECT,INSERT');

CREATE TABLE duct_damage_shift ( -- who is told of reports and of what is late
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    account_id uuid NOT NULL,
    added_at   timestamptz NOT NULL,
    added_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);
SELECT guard_tenant_table('duct_damage_shift', 'SELECT,INSERT,DELETE');

CREATE TABLE duct_damage_share ( -- of the cost of the repair
    tenant_id   uuid NOT NULL,
    damage_id   uuid NOT NULL,
    position    integer NOT NULL,
    party       text NOT NULL,             -- third_party, operator, company
    operator_id uuid,
    name        text NOT NULL DEFAULT '',  -- of a third party
    percent     integer NOT NULL CHECK (percent BETWEEN 1 AND 100),
    amount      bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (tenant_id, damage_id, position),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
SELECT guard_tenant_table('duct_damage_share', 'SELECT,INSERT,DELETE');
