-- The city's own revenue (PAD) from the shared ducts and the company that runs them: accounts from a day on, what the year is to
-- bring, what is owed to the city and what came in. What the company charges operators is in its own book and never here. Receipts
-- are only added; one that was wrong is taken back by another.

-- +goose Up
CREATE TABLE revenue_account (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    code           text NOT NULL,  -- 4.1.03
    effective_from date NOT NULL,
    channel        text NOT NULL CHECK (channel IN ('dividend', 'retribusi', 'rent', 'cooperation')),
    name           jsonb NOT NULL,
    source         text NOT NULL,
    verified       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, code, effective_from)
);
SELECT guard_tenant_table('revenue_account', 'SELECT,INSERT,UPDATE');

CREATE TABLE revenue_target ( -- of a year; the latest one counts
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id        uuid NOT NULL,
    year      integer NOT NULL CHECK (year BETWEEN 2000 AND 2199),
    code      text NOT NULL,
    amount    bigint NOT NULL CHECK (amount >= 0),
    basis     text NOT NULL CHECK (basis <> ''), -- the regional budget, or its change
    made_at   timestamptz NOT NULL,
    made_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX revenue_target_year ON revenue_target (tenant_id, year, code, id DESC);
SELECT guard_tenant_table('revenue_target', 'SELECT,INSERT');

CREATE TABLE revenue_claim ( -- what is owed to the city: a dividend that was decided, rent, a share
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    code       text NOT NULL,
    payer      text NOT NULL,
    basis      text NOT NULL,  -- of the general meeting, the contract
    decided_on date NOT NULL,
    due_on     date NOT NULL CHECK (due_on >= decided_on),
    amount     bigint NOT NULL CHECK (amount > 0),
    made_at    timestamptz NOT NULL,
    made_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX revenue_claim_due ON revenue_claim (tenant_id, due_on);
SELECT guard_tenant_table('revenue_claim', 'SELECT,INSERT');

CREATE TABLE revenue_receipt (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id        uuid NOT NULL,
    code      text NOT NULL,
    claim_id  uuid,
    on_day    date NOT NULL,           -- on which it came into the treasury (RKUD)
    number    text NOT NULL,           -- of the STS or TBP
    payer     text NOT NULL,
    amount    bigint NOT NULL CHECK (amount <> 0),
    undoes    uuid,
    reason    text NOT NULL DEFAULT '',
    made_at   timestamptz NOT NULL,
    made_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, claim_id) REFERENCES revenue_claim (tenant_id, id),
    FOREIGN KEY (tenant_id, undoes) REFERENCES revenue_receipt (tenant_id, id),
    CHECK ((amount < 0) = (undoes IS NOT NULL) AND (undoes IS NULL OR reason <> ''))
);
CREATE UNIQUE INDEX revenue_receipt_number ON revenue_receipt (tenant_id, number) WHERE undoes IS NULL;
CREATE UNIQUE INDEX revenue_receipt_undone ON revenue_receipt (tenant_id, undoes) WHERE undoes IS NOT NULL;
CREATE INDEX revenue_receipt_day ON revenue_receipt (tenant_id, on_day, code);
SELECT guard_tenant_table('revenue_receipt', 'SELECT,INSERT');

CREATE TABLE duct_finding ( -- a cable in the ducts that nobody is known to have put there
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    segment_id  uuid NOT NULL,
    found_on    date NOT NULL,
    note        text NOT NULL CHECK (note <> ''),
    made_at     timestamptz NOT NULL,
    made_by     uuid NOT NULL,
    settled_on  date,
    settled_by  uuid,
    settled_how text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id),
    CHECK ((settled_on IS NULL) = (settled_by IS NULL) AND (settled_on IS NULL OR settled_how <> ''))
);
CREATE INDEX duct_finding_open ON duct_finding (tenant_id, id) WHERE settled_on IS NULL;
SELECT guard_tenant_table('duct_finding', 'SELECT,INSERT,UPDATE');
