-- Who waits for a way through the ducts that is full, in the order in which they came. A way is offered to the first for whom it is
-- free, as a reservation that runs out; then it is the next one's.

-- +goose Up
CREATE TABLE duct_wait_rule ( -- of the city's pack
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    offer_days integer NOT NULL CHECK (offer_days BETWEEN 1 AND 365), -- for which an offer is kept
    most       integer NOT NULL CHECK (most > 0),                     -- ways for which a company may wait at once
    keep_most  integer NOT NULL CHECK (keep_most >= 0),                -- units on a segment: who waits for more keeps nobody waiting
    source     text NOT NULL,
    verified   boolean NOT NULL,
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('duct_wait_rule', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wait_line ( -- what has been counted and looked at
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    waits     bigint NOT NULL,            -- places in the line that were given out
    change_id uuid,                       -- the last change of the network that the line was looked at after
    holds     bigint,                     -- and of who holds what
    looked_at timestamptz,                -- absent: it has to be looked at again
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('duct_wait_line', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wait (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    place       bigint NOT NULL,          -- in the line: who has a lower one came before
    number      text NOT NULL,
    operator_id uuid NOT NULL,
    from_code   text NOT NULL,            -- of nodes
    to_code     text NOT NULL,
    kind        text NOT NULL,            -- of the units: duct, subduct, microduct
    quantity    integer NOT NULL CHECK (quantity > 0), -- on each segment
    since       date NOT NULL,
    until       date,                     -- the first day on which it is over; absent, it goes on
    state       text NOT NULL,            -- waiting, offered, taken, lapsed, declined, withdrawn, closed, over
    key         text NOT NULL,            -- the sender's own, so that a repetition is the same
    length_mm   bigint NOT NULL,          -- of the way that is waited for
    joined_at   timestamptz NOT NULL,
    joined_by   uuid NOT NULL,
    lease_id    uuid,                     -- the reservation that was offered
    offered_at  timestamptz,
    offer_until timestamptz,
    ended_at    timestamptz,
    refusal     text,                     -- the code of the published reason for which it was closed
    why         text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, operator_id, key),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id)
);
CREATE INDEX duct_wait_open ON duct_wait (tenant_id, place) WHERE state IN ('waiting', 'offered');
CREATE INDEX duct_wait_latest ON duct_wait (tenant_id, place DESC);
CREATE INDEX duct_wait_offers ON duct_wait (tenant_id, offered_at) WHERE offered_at IS NOT NULL;
CREATE INDEX duct_wait_of ON duct_wait (tenant_id, operator_id, place DESC);
SELECT guard_tenant_table('duct_wait', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_wait_segment ( -- where the way would run that is waited for
    tenant_id  uuid NOT NULL,
    wait_id    uuid NOT NULL,
    segment_id uuid NOT NULL,
    seq        integer NOT NULL,          -- from the beginning of the way
    short      boolean NOT NULL,          -- less was free there than is wanted, when it was last looked at
    PRIMARY KEY (tenant_id, wait_id, segment_id),
    FOREIGN KEY (tenant_id, wait_id) REFERENCES duct_wait (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id)
);
CREATE INDEX duct_wait_segment_at ON duct_wait_segment (tenant_id, segment_id);
SELECT guard_tenant_table('duct_wait_segment', 'SELECT,INSERT,UPDATE,DELETE');
