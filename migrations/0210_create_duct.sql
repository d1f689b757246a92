-- The city's shared ducts. What a thing is has one row; what state it is in has a row for each span of days, so that the
-- network on a day in the past is a query. A state that turns out to have been wrong is voided and kept. Lengths and depths
-- are millimetres; a length of a line is that on the ellipsoid (WGS 84) and not that of a map.

-- +goose Up
CREATE TABLE duct_authority ( -- who has the ground in hand, and so must permit
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    code       text NOT NULL,
    name       jsonb NOT NULL,
    free_trade boolean NOT NULL,     -- its ground lies in the free-trade area, where a survey does not say otherwise
    source     text NOT NULL,
    verified   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, code)
);
SELECT guard_tenant_table('duct_authority');

CREATE TABLE duct_import ( -- a file of the network, from its reading to its being undone
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    title      text NOT NULL,
    source     text NOT NULL,           -- whose survey it is
    on_day     date NOT NULL,           -- from when it is so
    format     text NOT NULL,
    file_name  text NOT NULL,
    sha256     bytea NOT NULL,
    state      text NOT NULL,           -- read, checked, refused, applying, applied, undone
    features   integer NOT NULL DEFAULT 0,
    done       integer NOT NULL DEFAULT 0,
    faults     integer NOT NULL DEFAULT 0,
    doubts     integer NOT NULL DEFAULT 0,
    counts     jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX duct_import_latest ON duct_import (tenant_id, created_at DESC);
SELECT guard_tenant_table('duct_import', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_feature ( -- of an import: what the file says, as it says it
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    n         integer NOT NULL, -- its place in the file, from 1
    id        uuid NOT NULL,    -- of the thing
    state_id  uuid NOT NULL,    -- of the state that it would have
    kind      text NOT NULL,    -- node, segment
    code      text NOT NULL,
    geom      geometry(Geometry, 4326),
    body      jsonb NOT NULL,
    known     boolean NOT NULL DEFAULT false, -- the city has the thing
    act       text NOT NULL DEFAULT '',       -- new, changed, same
    was       uuid,                           -- its state on the day
    until     date,                           -- from when there is another state already
    from_node uuid,
    to_node   uuid,
    PRIMARY KEY (tenant_id, import_id, n),
    FOREIGN KEY (tenant_id, import_id) REFERENCES duct_import (tenant_id, id)
);
CREATE INDEX duct_feature_code ON duct_feature (tenant_id, import_id, kind, code);
CREATE INDEX duct_feature_place ON duct_feature USING gist (tenant_id, import_id, geom) WHERE kind = 'node';
SELECT guard_tenant_table('duct_feature');

CREATE TABLE duct_fault ( -- of an import: what is wrong with a feature
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    n         integer NOT NULL,
    field     text NOT NULL,
    code      text NOT NULL,
    doubt     boolean NOT NULL, -- to be looked at, and no reason to refuse
    args      jsonb NOT NULL DEFAULT '{}',
    place     geometry(Point, 4326),
    PRIMARY KEY (tenant_id, import_id, n, field, code),
    FOREIGN KEY (tenant_id, import_id) REFERENCES duct_import (tenant_id, id)
);
SELECT guard_tenant_table('duct_fault');

CREATE TABLE duct_change ( -- one act on the network
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id        uuid NOT NULL,
    kind      text NOT NULL,              -- import, edit, undo
    on_day    date NOT NULL,
    why       text NOT NULL,
    import_id uuid,
    undoes    uuid,
    undone_by uuid,
    counts    jsonb NOT NULL DEFAULT '{}',
    at        timestamptz NOT NULL,
    by_id     uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, import_id) REFERENCES duct_import (tenant_id, id)
);
CREATE INDEX duct_change_latest ON duct_change (tenant_id, at DESC, id DESC);
SELECT guard_tenant_table('duct_change', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_node (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id        uuid NOT NULL,
    code      text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code)
);
SELECT guard_tenant_table('duct_node', 'SELECT,INSERT');

CREATE TABLE duct_node_state (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    node_id    uuid NOT NULL,
    since      date NOT NULL,
    until      date,                      -- the first day on which it is not so any more
    kind       text NOT NULL,
    at         geometry(Point, 4326) NOT NULL,
    authority  text NOT NULL,
    free_trade boolean NOT NULL,          -- inside the free-trade area
    condition  text NOT NULL,
    address    text NOT NULL DEFAULT '',
    note       text NOT NULL DEFAULT '',
    change_id  uuid NOT NULL,
    ended_by   uuid,
    voided_by  uuid,
    PRIMARY KEY (tenant_id, id),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, node_id) REFERENCES duct_node (tenant_id, id),
    FOREIGN KEY (tenant_id, change_id) REFERENCES duct_change (tenant_id, id),
    FOREIGN KEY (tenant_id, authority) REFERENCES duct_authority (tenant_id, code),
    CONSTRAINT duct_node_state_once EXCLUDE USING gist (tenant_id WITH =, node_id WITH =, daterange(since, until) WITH &&) WHERE (voided_by IS NULL)
);
CREATE INDEX duct_node_state_of ON duct_node_state (tenant_id, node_id, since) WHERE voided_by IS NULL;
CREATE INDEX duct_node_state_place ON duct_node_state USING gist (tenant_id, at) WHERE voided_by IS NULL;
CREATE INDEX duct_node_state_change ON duct_node_state (tenant_id, change_id);
SELECT guard_tenant_table('duct_node_state', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_segment (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id        uuid NOT NULL,
    code      text NOT NULL,
    from_node uuid NOT NULL,
    to_node   uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, from_node) REFERENCES duct_node (tenant_id, id),
    FOREIGN KEY (tenant_id, to_node) REFERENCES duct_node (tenant_id, id)
);
CREATE INDEX duct_segment_from ON duct_segment (tenant_id, from_node);
CREATE INDEX duct_segment_to ON duct_segment (tenant_id, to_node);
SELECT guard_tenant_table('duct_segment', 'SELECT,INSERT');

CREATE TABLE duct_segment_state (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    segment_id  uuid NOT NULL,
    since       date NOT NULL,
    until       date,
    line        geometry(LineString, 4326) NOT NULL,
    length_mm   bigint NOT NULL GENERATED ALWAYS AS (round(ST_Length(line::geography) * 1000)::bigint) STORED,
    surveyed_mm bigint CHECK (surveyed_mm > 0),   -- as measured along the duct
    billed_mm   bigint CHECK (billed_mm > 0),     -- as agreed; absent, the surveyed one is, and else that of the line
    road        text NOT NULL,
    class       text NOT NULL,                    -- as_built, surveyed, planned, unknown: how true the line is
    authority   text NOT NULL,
    free_trade  boolean NOT NULL,
    condition   text NOT NULL,
    depth_mm    integer CHECK (depth_mm >= 0),
    note        text NOT NULL DEFAULT '',
    change_id   uuid NOT NULL,
    ended_by    uuid,
    voided_by   uuid,
    PRIMARY KEY (tenant_id, id),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id),
    FOREIGN KEY (tenant_id, change_id) REFERENCES duct_change (tenant_id, id),
    FOREIGN KEY (tenant_id, authority) REFERENCES duct_authority (tenant_id, code),
    CONSTRAINT duct_segment_state_once EXCLUDE USING gist (tenant_id WITH =, segment_id WITH =, daterange(since, until) WITH &&) WHERE (voided_by IS NULL)
);
CREATE INDEX duct_segment_state_of ON duct_segment_state (tenant_id, segment_id, since) WHERE voided_by IS NULL;
CREATE INDEX duct_segment_state_place ON duct_segment_state USING gist (tenant_id, line) WHERE voided_by IS NULL;
CREATE INDEX duct_segment_state_change ON duct_segment_state (tenant_id, change_id);
SELECT guard_tenant_table('duct_segment_state', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_unit ( -- what can be let: a duct, a subduct in it, a microduct in that
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    segment_id uuid NOT NULL,
    parent_id  uuid,                    -- what it lies in; a duct lies in the ground
    kind       text NOT NULL,           -- duct, subduct, microduct
    position   integer NOT NULL CHECK (position > 0), -- within its parent, or within the bank
    outer_mm   integer CHECK (outer_mm > 0),
    inner_mm   integer CHECK (inner_mm > 0),
    since      date NOT NULL,           -- when it was laid
    until      date,                    -- when it was taken out
    change_id  uuid NOT NULL,
    ended_by   uuid,
    voided_by  uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, segment_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id, parent_id) REFERENCES duct_unit (tenant_id, segment_id, id),
    FOREIGN KEY (tenant_id, change_id) REFERENCES duct_change (tenant_id, id),
    CHECK ((kind = 'duct') = (parent_id IS NULL)),
    CHECK (until > since)
);
CREATE UNIQUE INDEX duct_unit_place ON duct_unit (tenant_id, segment_id, parent_id, position) NULLS NOT DISTINCT WHERE voided_by IS NULL AND until IS NULL;
CREATE INDEX duct_unit_change ON duct_unit (tenant_id, change_id);
SELECT guard_tenant_table('duct_unit', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_unit_state ( -- of a unit that is not good, or is kept back; any other is good and can be let
    tenant_id uuid NOT NULL,
    id        uuid NOT NULL,
    unit_id   uuid NOT NULL,
    since     date NOT NULL,
    until     date,
    condition text NOT NULL,
    purpose   text NOT NULL DEFAULT '', -- maintenance, government: kept back, and not to be let
    change_id uuid NOT NULL,
    ended_by  uuid,
    voided_by uuid,
    PRIMARY KEY (tenant_id, id),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES duct_unit (tenant_id, id),
    FOREIGN KEY (tenant_id, change_id) REFERENCES duct_change (tenant_id, id),
    CONSTRAINT duct_unit_state_once EXCLUDE USING gist (tenant_id WITH =, unit_id WITH =, daterange(since, until) WITH &&) WHERE (voided_by IS NULL)
);
CREATE INDEX duct_unit_state_of ON duct_unit_state (tenant_id, unit_id, since) WHERE voided_by IS NULL;
CREATE INDEX duct_unit_state_change ON duct_unit_state (tenant_id, change_id);
SELECT guard_tenant_table('duct_unit_state', 'SELECT,INSERT,UPDATE');
