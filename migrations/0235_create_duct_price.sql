-- What the shared ducts cost: prices, indexes, floors and terms, each from a day on and with the rule that it rests on. A price
-- that was in force is never changed, because people were charged by it; a new one takes two people. Rent of land is written down
-- apart: it is the city's, and where no duct was laid the law gives no ground for it.

-- +goose Up
CREATE TABLE duct_price (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    part           text NOT NULL CHECK (part IN ('tariff', 'index', 'floor', 'terms')),
    code           text NOT NULL,
    effective_from date NOT NULL,
    body           jsonb NOT NULL,
    change_id      uuid,             -- by which it came; absent, it is of the city's pack
    PRIMARY KEY (tenant_id, part, code, effective_from)
);
SELECT guard_tenant_table('duct_price', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_price_change ( -- asked for by one, decided by another
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    id             uuid NOT NULL,
    part           text NOT NULL,
    code           text NOT NULL,
    effective_from date NOT NULL,
    body           jsonb NOT NULL,
    reason         text NOT NULL CHECK (reason <> ''),
    asked_by       uuid NOT NULL,
    asked_at       timestamptz NOT NULL,
    decided_by     uuid CHECK (decided_by <> asked_by),
    decided_at     timestamptz,
    approved       boolean,
    PRIMARY KEY (tenant_id, id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL))
);
CREATE INDEX duct_price_change_waiting ON duct_price_change (tenant_id, id) WHERE decided_by IS NULL;
SELECT guard_tenant_table('duct_price_change', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_land_rent ( -- what an operator owes the city for its land, beside what the company charges
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    operator_id uuid NOT NULL,
    place       text NOT NULL,                         -- code of a segment, or where it is in words
    segment_id  uuid,
    length_mm   bigint NOT NULL CHECK (length_mm > 0),
    ducts       integer NOT NULL CHECK (ducts >= 0),   -- that lay there when it was asked for
    tariff      text NOT NULL,
    since       date NOT NULL,
    until       date,
    legal_note  text NOT NULL DEFAULT '',
    asked_by    uuid NOT NULL,
    asked_at    timestamptz NOT NULL,
    decided_by  uuid CHECK (decided_by <> asked_by),
    decided_at  timestamptz,
    approved    boolean,
    PRIMARY KEY (tenant_id, id),
    CHECK (until > since),
    CHECK (ducts > 0 OR legal_note <> ''),             -- the law gives no ground for it otherwise
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL)),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id)
);
SELECT guard_tenant_table('duct_land_rent', 'SELECT,INSERT,UPDATE');
