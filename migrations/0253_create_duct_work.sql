-- Works in the road: who digs where and when, whether that meets the ducts or somebody else's plan, what the bank guarantees,
-- who looked at it, and when the road is as it was. What a company plans is published months ahead, so that a road is dug once.

-- +goose Up
CREATE TABLE duct_work_rule ( -- how works are dealt with, from a day on
    tenant_id        uuid NOT NULL REFERENCES tenant (id),
    effective_from   date NOT NULL,
    near_m           integer NOT NULL CHECK (near_m BETWEEN 1 AND 100),         -- from a duct or a manhole: it is met
    together_m       integer NOT NULL CHECK (together_m BETWEEN 1 AND 500),     -- from other works: they could be one
    together_months  integer NOT NULL CHECK (together_months BETWEEN 0 AND 36), -- between the two
    published_months integer NOT NULL CHECK (published_months BETWEEN 1 AND 36),
    report_hours     integer NOT NULL CHECK (report_hours BETWEEN 1 AND 168),   -- after an emergency repair began
    upkeep_least     integer NOT NULL CHECK (upkeep_least > 0),                 -- months after the road was restored
    upkeep_most      integer NOT NULL CHECK (upkeep_most BETWEEN upkeep_least AND 120),
    expiry_days      integer NOT NULL CHECK (expiry_days BETWEEN 1 AND 365),    -- before a guarantee ends it is warned of
    basis            text NOT NULL,
    source           text NOT NULL,
    verified         boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, effective_from)
);
SELECT guard_tenant_table('duct_work_rule', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_work_count ( -- numbers given out
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    given     bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('duct_work_count', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_work (
    tenant_id     uuid NOT NULL REFERENCES tenant (id),
    id            uuid NOT NULL,
    number        text NOT NULL,
    owner         text NOT NULL CHECK (owner IN ('operator', 'agency', 'authority', 'utility')),
    operator_id   uuid,                       -- of a company that leases ducts
    owner_name    text NOT NULL,
    kind          text NOT NULL,              -- new_ducts, cable, repair, road, water, power, other
    title         text NOT NULL CHECK (title <> ''),
    road          text NOT NULL,
    authority     text,                       -- who has the ground in hand
    place         geometry(Geometry, 4326) NOT NULL,
    from_day      date NOT NULL,
    to_day        date NOT NULL,              -- the last day
    method        text NOT NULL,              -- open_cut, drilling, other
    contact       text NOT NULL,              -- of an office, which is published
    phone         text NOT NULL,
    email         text NOT NULL DEFAULT '',
    colay         boolean NOT NULL,           -- others may lay theirs at the same time
    colay_note    text NOT NULL DEFAULT '',
    emergency     boolean NOT NULL,
    started_at    timestamptz,                -- of an emergency
    report_due    timestamptz,
    reported_at   timestamptz,
    report        text NOT NULL DEFAULT '',
    permit        text NOT NULL DEFAULT '',   -- its number
    permit_day    date,
    permit_by     text NOT NULL DEFAULT '',
    application   text NOT NULL DEFAULT '',   -- the number of the application that it was given on
    state         text NOT NULL,              -- planned, permitted, running, reinstating, maintenance, released, cancelled
    began_on      date,
    restored_on   date,
    upkeep_until  date,                       -- the first day after the maintenance period
    released_on   date,
    why           text NOT NULL DEFAULT '',   -- it was cancelled
    checked_on    date,                       -- the day of the clash check
    revision      integer NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    created_by    uuid NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK (to_day >= from_day),
    CHECK ((owner = 'operator') = (operator_id IS NOT NULL)),
    CHECK (emergency = (started_at IS NOT NULL)),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, authority) REFERENCES duct_authority (tenant_id, code)
);
CREATE INDEX duct_work_state ON duct_work (tenant_id, state, id DESC);
CREATE INDEX duct_work_operator ON duct_work (tenant_id, operator_id, id DESC) WHERE operator_id IS NOT NULL;
CREATE INDEX duct_work_day ON duct_work (tenant_id, from_day, id) WHERE state IN ('planned', 'permitted', 'running', 'reinstating');
CREATE INDEX duct_work_place ON duct_work USING gist (tenant_id, place);
SELECT guard_tenant_table('duct_work', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_work_clash ( -- what works meet, as it was found on the day of their check
    tenant_id   uuid NOT NULL,
    work_id     uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('segment', 'node', 'work')),
    thing_id    uuid NOT NULL,
    distance_mm bigint NOT NULL,              -- on the ellipsoid
    overlap_mm  bigint NOT NULL,              -- how much of a segment lies in the ground that is met
    shuts       boolean NOT NULL,             -- a segment is not to be used while the works go on
    gap_days    integer NOT NULL,             -- between two works; 0 at the same time
    PRIMARY KEY (tenant_id, work_id, kind, thing_id),
    FOREIGN KEY (tenant_id, work_id) REFERENCES duct_work (tenant_id, id)
);
CREATE INDEX duct_work_clash_thing ON duct_work_clash (tenant_id, kind, thing_id);
SELECT guard_tenant_table('duct_work_clash');

CREATE TABLE duct_work_guarantee (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    work_id     uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('execution', 'maintenance')),
    bank        text NOT NULL,
    number      text NOT NULL,
    amount      bigint NOT NULL CHECK (amount > 0),
    valid_until date NOT NULL,
    added_at    timestamptz NOT NULL,
    added_by    uuid NOT NULL,
    asked       text NOT NULL DEFAULT '' CHECK (asked IN ('', 'returned', 'claimed')),
    asked_why   text NOT NULL DEFAULT '',
    asked_at    timestamptz,
    asked_by    uuid,
    settled     text NOT NULL DEFAULT '' CHECK (settled IN ('', 'returned', 'claimed')),
    settled_at  timestamptz,
    settled_by  uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, bank, number),
    CHECK (settled = '' OR settled = asked),
    CHECK ((settled = '') = (settled_by IS NULL)),
    CHECK (settled_by <> asked_by),           -- one person asks, another settles
    FOREIGN KEY (tenant_id, work_id) REFERENCES duct_work (tenant_id, id)
);
CREATE INDEX duct_work_guarantee_of ON duct_work_guarantee (tenant_id, work_id, id);
CREATE INDEX duct_work_guarantee_ending ON duct_work_guarantee (tenant_id, valid_until) WHERE settled = '';
SELECT guard_tenant_table('duct_work_guarantee', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_work_visit ( -- somebody looked at works
    tenant_id uuid NOT NULL,
    id        uuid NOT NULL,
    work_id   uuid NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('supervision', 'inspection')),
    on_day    date NOT NULL,
    good      boolean NOT NULL,
    note      text NOT NULL,
    made_at   timestamptz NOT NULL,
    made_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, work_id) REFERENCES duct_work (tenant_id, id)
);
CREATE INDEX duct_work_visit_of ON duct_work_visit (tenant_id, work_id, id DESC);
SELECT guard_tenant_table('duct_work_visit', 'SELECT,INSERT');

CREATE TABLE duct_work_paper ( -- a file of works, or of a guarantee or a visit of theirs
    tenant_id uuid NOT NULL,
    id        uuid NOT NULL,
    work_id   uuid NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('traffic', 'permit', 'guarantee', 'photo', 'report')),
    of_id     uuid,
    file_id   uuid NOT NULL,
    added_at  timestamptz NOT NULL,
    added_by  uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, work_id) REFERENCES duct_work (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_work_paper_of ON duct_work_paper (tenant_id, work_id, id);
SELECT guard_tenant_table('duct_work_paper', 'SELECT,INSERT');

CREATE TABLE duct_work_join ( -- a company would lay its own in somebody else's works
    tenant_id   uuid NOT NULL,
    work_id     uuid NOT NULL,
    operator_id uuid NOT NULL,
    note        text NOT NULL,
    made_at     timestamptz NOT NULL,
    made_by     uuid NOT NULL,
    PRIMARY KEY (tenant_id, work_id, operator_id),
    FOREIGN KEY (tenant_id, work_id) REFERENCES duct_work (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
SELECT guard_tenant_table('duct_work_join', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_programme ( -- a company has said what it plans in a year
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    operator_id uuid NOT NULL,
    year        integer NOT NULL CHECK (year BETWEEN 2000 AND 2199),
    works       integer NOT NULL,
    filed_at    timestamptz NOT NULL,
    filed_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, operator_id, year),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
SELECT guard_tenant_table('duct_programme', 'SELECT,INSERT,UPDATE');
