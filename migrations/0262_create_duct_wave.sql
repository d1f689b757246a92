-- Migration waves: a road at a time, cables in the air move into the shared ducts. What companies answer to a survey binds nobody;
-- what they commit to does, has a number and a signed paper, and decides whether building starts. Lengths are millimetres.

-- +goose Up
CREATE TABLE duct_wave_rule ( -- the city's own figures for a new wave
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    target       integer NOT NULL CHECK (target BETWEEN 1 AND 100), -- percent of what is planned that must be signed before building
    cost_per_m   bigint NOT NULL CHECK (cost_per_m > 0),            -- rupiah, of building a metre
    tariff_per_m bigint NOT NULL CHECK (tariff_per_m > 0),          -- rupiah, of a unit along a metre for a year
    remind_days  jsonb NOT NULL,                                    -- so many days before a deadline
    source       text NOT NULL,
    verified     boolean NOT NULL,
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('duct_wave_rule', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wave_item ( -- of the checklist of a cut-over
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    code      text NOT NULL,
    name      jsonb NOT NULL,
    stage     text NOT NULL,           -- cutover, aerial
    staff     boolean NOT NULL,        -- only staff say that it is done
    new_cable boolean NOT NULL,        -- only for a company that comes into the ducts
    photo     text NOT NULL,           -- before, after, or none
    position  integer NOT NULL,
    offered   boolean NOT NULL,        -- the list has it now
    PRIMARY KEY (tenant_id, code)
);
SELECT guard_tenant_table('duct_wave_item', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wave_number ( -- how many numbers were given
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    kind      text NOT NULL,           -- wave, commitment
    given     bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);
SELECT guard_tenant_table('duct_wave_number', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wave (
    tenant_id     uuid NOT NULL REFERENCES tenant (id),
    id            uuid NOT NULL,
    number        text NOT NULL,
    title         text NOT NULL,
    note          text NOT NULL DEFAULT '',
    state         text NOT NULL,       -- draft, survey, commitment, plan, building, cutover, aerial, closed, dropped
    kind          text NOT NULL,       -- of the units that are planned: duct, subduct, microduct
    target        integer NOT NULL CHECK (target BETWEEN 1 AND 100),
    cost_per_m    bigint NOT NULL CHECK (cost_per_m > 0),
    tariff_per_m  bigint NOT NULL CHECK (tariff_per_m > 0),
    survey_until  date,                -- the last day of the survey
    commit_until  date,                -- the last day on which a company can commit itself
    waived_why    text NOT NULL DEFAULT '', -- building started below the target, because
    waived_by     uuid,
    published     boolean NOT NULL DEFAULT false,
    revision      integer NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    created_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number)
);
CREATE INDEX duct_wave_latest ON duct_wave (tenant_id, id DESC);
CREATE INDEX duct_wave_published ON duct_wave (tenant_id, id DESC) WHERE published;
SELECT guard_tenant_table('duct_wave', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wave_road ( -- a road of a wave, existing or planned
    tenant_id uuid NOT NULL,
    wave_id   uuid NOT NULL,
    position  integer NOT NULL,
    road      text NOT NULL,
    length_mm bigint NOT NULL CHECK (length_mm > 0),
    capacity  integer NOT NULL CHECK (capacity > 0), -- units that are planned all along it
    planned   boolean NOT NULL,        -- the network had nothing there that is built
    PRIMARY KEY (tenant_id, wave_id, position),
    UNIQUE (tenant_id, wave_id, road),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES duct_wave (tenant_id, id)
);
SELECT guard_tenant_table('duct_wave_road');

CREATE TABLE duct_wave_step ( -- when a wave came to a state, and by whom
    tenant_id uuid NOT NULL,
    wave_id   uuid NOT NULL,
    position  integer NOT NULL,
    state     text NOT NULL,
    why       text NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    by_id     uuid NOT NULL,
    PRIMARY KEY (tenant_id, wave_id, position),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES duct_wave (tenant_id, id)
);
SELECT guard_tenant_table('duct_wave_step', 'SELECT,INSERT');

CREATE TABLE duct_wave_company ( -- a company that was asked, what it answered for itself, and when it cuts over
    tenant_id   uuid NOT NULL,
    wave_id     uuid NOT NULL,
    operator_id uuid NOT NULL,
    asked_at    timestamptz NOT NULL,
    reminded    integer NOT NULL DEFAULT 0, -- reminders of the present deadline
    answered_at timestamptz,
    answered_by uuid,
    note        text NOT NULL DEFAULT '',
    cut_from    date,
    cut_until   date,                  -- the last day
    down_mm     bigint CHECK (down_mm >= 0),   -- cable in the air that was taken down
    down_poles  integer CHECK (down_poles >= 0),
    down_on     date,
    down_by     uuid,
    PRIMARY KEY (tenant_id, wave_id, operator_id),
    CHECK (cut_until >= cut_from),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES duct_wave (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
CREATE INDEX duct_wave_company_of ON duct_wave_company (tenant_id, operator_id, wave_id);
SELECT guard_tenant_table('duct_wave_company', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wave_answer ( -- to the survey, for one road: it binds nobody
    tenant_id   uuid NOT NULL,
    wave_id     uuid NOT NULL,
    operator_id uuid NOT NULL,
    position    integer NOT NULL,
    cables      integer NOT NULL CHECK (cables >= 0), -- in the air today
    poles       integer NOT NULL CHECK (poles >= 0),  -- its own
    units_now   integer NOT NULL CHECK (units_now >= 0),
    units_later integer NOT NULL CHECK (units_later >= 0), -- in three years
    PRIMARY KEY (tenant_id, wave_id, operator_id, position),
    FOREIGN KEY (tenant_id, wave_id, position) REFERENCES duct_wave_road (tenant_id, wave_id, position),
    FOREIGN KEY (tenant_id, wave_id, operator_id) REFERENCES duct_wave_company (tenant_id, wave_id, operator_id)
);
SELECT guard_tenant_table('duct_wave_answer');

CREATE TABLE duct_wave_commitment ( -- binding, with a signed paper; released by staff alone
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    wave_id      uuid NOT NULL,
    operator_id  uuid NOT NULL,
    number       text NOT NULL,
    months       integer NOT NULL CHECK (months > 0), -- for which it leases at least
    file_id      uuid NOT NULL,
    made_at      timestamptz NOT NULL,
    made_by      uuid NOT NULL,
    released_at  timestamptz,
    released_by  uuid,
    released_why text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, wave_id, operator_id) REFERENCES duct_wave_company (tenant_id, wave_id, operator_id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_wave_commitment_of ON duct_wave_commitment (tenant_id, wave_id, operator_id);
SELECT guard_tenant_table('duct_wave_commitment', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wave_promise ( -- of a commitment: units along one road
    tenant_id     uuid NOT NULL,
    commitment_id uuid NOT NULL,
    wave_id       uuid NOT NULL,
    position      integer NOT NULL,
    units         integer NOT NULL CHECK (units > 0),
    PRIMARY KEY (tenant_id, commitment_id, position),
    FOREIGN KEY (tenant_id, commitment_id) REFERENCES duct_wave_commitment (tenant_id, id),
    FOREIGN KEY (tenant_id, wave_id, position) REFERENCES duct_wave_road (tenant_id, wave_id, position)
);
CREATE INDEX duct_wave_promise_of ON duct_wave_promise (tenant_id, wave_id, position);
SELECT guard_tenant_table('duct_wave_promise', 'SELECT,INSERT');

CREATE TABLE duct_wave_check ( -- an item of a company's checklist, there from the start of building
    tenant_id   uuid NOT NULL,
    wave_id     uuid NOT NULL,
    operator_id uuid NOT NULL,
    item        text NOT NULL,
    done_on     date,
    skipped     boolean NOT NULL DEFAULT false, -- not needed, and note says why
    note        text NOT NULL DEFAULT '',
    at          timestamptz,
    by_id       uuid,
    PRIMARY KEY (tenant_id, wave_id, operator_id, item),
    FOREIGN KEY (tenant_id, wave_id, operator_id) REFERENCES duct_wave_company (tenant_id, wave_id, operator_id),
    FOREIGN KEY (tenant_id, item) REFERENCES duct_wave_item (tenant_id, code)
);
SELECT guard_tenant_table('duct_wave_check', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wave_photo ( -- before or after; of a company's item, or of staff
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    wave_id      uuid NOT NULL,
    operator_id  uuid,
    item         text NOT NULL DEFAULT '',
    phase        text NOT NULL,        -- before, after
    road         integer,              -- its position
    caption      text NOT NULL DEFAULT '',
    file_id      uuid NOT NULL,
    added_at     timestamptz NOT NULL,
    added_by     uuid NOT NULL,
    published_at timestamptz,
    published_by uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES duct_wave (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, wave_id, road) REFERENCES duct_wave_road (tenant_id, wave_id, position),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_wave_photo_of ON duct_wave_photo (tenant_id, wave_id, id);
SELECT guard_tenant_table('duct_wave_photo', 'SELECT,INSERT,UPDATE');
