-- The books of a seller: whom it charges, by which tax rules, its invoices, and everything that happened to what is owed.
-- What is final is never changed: no serving role may update or delete an invoice, a line, a payment or an entry. A draft
-- becomes final by a new row; what is owed is the sum of the entries.

-- +goose Up
CREATE TABLE party (
    tenant_id  uuid NOT NULL REFERENCES tenant (id), -- the seller
    id         uuid NOT NULL,
    city       uuid,                                 -- the tenant that it is, if any
    name       text NOT NULL CHECK (name <> ''),
    address    text NOT NULL,
    email      text NOT NULL DEFAULT '',
    npwp       text NOT NULL DEFAULT '' CHECK (npwp ~ '^([0-9]{15,16})?$'),
    free_zone  boolean NOT NULL DEFAULT false,        -- it stands and uses what it buys inside the free-trade area
    collector  text NOT NULL DEFAULT '' CHECK (collector IN ('', 'government', 'other')), -- of PPN
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX party_city ON party (tenant_id, city) WHERE city IS NOT NULL;
SELECT guard_tenant_table('party', 'SELECT,INSERT,UPDATE');

CREATE TABLE tax_rule (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    code           text NOT NULL CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    effective_from date NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('ppn', 'pph')),
    treatment      text NOT NULL CHECK (treatment IN ('charged', 'exempt', 'withheld')),
    name           jsonb NOT NULL,
    faktur_code    text NOT NULL DEFAULT '' CHECK (faktur_code ~ '^(0[1-9]|10)?$'),
    base_num       bigint NOT NULL DEFAULT 1 CHECK (base_num > 0),  -- the base is amount × base_num ÷ base_den
    base_den       bigint NOT NULL DEFAULT 1 CHECK (base_den > 0),
    rate_num       bigint NOT NULL CHECK (rate_num >= 0),           -- and the tax is base × rate_num ÷ rate_den
    rate_den       bigint NOT NULL DEFAULT 100 CHECK (rate_den > 0),
    basis          text NOT NULL CHECK (basis <> ''),               -- the law
    verified       boolean NOT NULL DEFAULT false,                  -- a tax adviser has confirmed it
    PRIMARY KEY (tenant_id, code, effective_from)
);
SELECT guard_tenant_table('tax_rule', 'SELECT,INSERT');

CREATE TABLE invoice_draft (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    party_id   uuid NOT NULL,
    series     text NOT NULL CHECK (series ~ '^[A-Z0-9]{2,12}$'),
    source     text NOT NULL DEFAULT '', -- what it bills, so that it is billed once
    charges    jsonb NOT NULL CHECK (jsonb_typeof(charges) = 'array'),
    note       text NOT NULL DEFAULT '',
    due_days   integer NOT NULL CHECK (due_days BETWEEN 0 AND 365),
    invoice_id uuid,                     -- that it became
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE UNIQUE INDEX invoice_draft_source ON invoice_draft (tenant_id, source) WHERE source <> '';
SELECT guard_tenant_table('invoice_draft', 'SELECT,INSERT,UPDATE,DELETE');

CREATE TABLE invoice_counter (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    series    text NOT NULL,
    year      integer NOT NULL,
    last      integer NOT NULL,
    PRIMARY KEY (tenant_id, series, year)
);
SELECT guard_tenant_table('invoice_counter', 'SELECT,INSERT,UPDATE');

CREATE TABLE invoice (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    series       text NOT NULL,
    year         integer NOT NULL,
    seq          integer NOT NULL CHECK (seq > 0),
    number       text NOT NULL,
    party_id     uuid NOT NULL,
    party        jsonb NOT NULL,       -- as it was
    credits      uuid,                 -- of a credit note: the invoice
    source       text NOT NULL DEFAULT '',
    issued_on    date NOT NULL,
    due_on       date NOT NULL CHECK (due_on >= issued_on),
    net          bigint NOT NULL CHECK (net >= 0),
    tax          bigint NOT NULL CHECK (tax >= 0),
    total        bigint NOT NULL CHECK (total = net + tax AND total > 0),
    withholdable bigint NOT NULL CHECK (withholdable BETWEEN 0 AND total), -- what the buyer may keep back for the state
    note         text NOT NULL,
    finalised_at timestamptz NOT NULL,
    finalised_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, series, year, seq),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
    FOREIGN KEY (tenant_id, credits) REFERENCES invoice (tenant_id, id),
    CHECK ((kind = 'credit_note') = (credits IS NOT NULL))
);
CREATE INDEX invoice_party ON invoice (tenant_id, party_id, issued_on);
SELECT guard_tenant_table('invoice', 'SELECT,INSERT');

CREATE TABLE invoice_line (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    invoice_id  uuid NOT NULL,
    position    integer NOT NULL,
    name        jsonb NOT NULL,
    working     jsonb NOT NULL,
    source      jsonb NOT NULL,      -- what the amount was computed from
    amount      bigint NOT NULL,     -- negative for a discount or a correction
    ppn         text NOT NULL,       -- code of the rule
    tax         bigint NOT NULL,
    pph         text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, invoice_id, position),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
SELECT guard_tenant_table('invoice_line', 'SELECT,INSERT');

CREATE TABLE invoice_tax (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    invoice_id uuid NOT NULL,
    code       text NOT NULL,        -- of the rule, which is copied: it says what was applied, whatever is changed later
    rule       jsonb NOT NULL,
    amount     bigint NOT NULL,      -- of the lines under it
    base       bigint NOT NULL,
    tax        bigint NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, code),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
SELECT guard_tenant_table('invoice_tax', 'SELECT,INSERT');

CREATE TABLE payment (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    party_id    uuid NOT NULL,
    method      text NOT NULL CHECK (method IN ('transfer', 'virtual_account', 'stripe', 'cash', 'slip')),
    reference   text NOT NULL CHECK (reference <> ''), -- of the bank, or the number of a withholding slip
    amount      bigint NOT NULL CHECK (amount > 0),
    received_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, method, reference), -- a transfer counts once, however often it is told
    FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
SELECT guard_tenant_table('payment', 'SELECT,INSERT');

CREATE TABLE invoice_request (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('credit_note', 'write_off', 'void')),
    invoice_id uuid NOT NULL,
    charges    jsonb,                -- of a credit note
    reason     text NOT NULL CHECK (reason <> ''),
    made_by    uuid NOT NULL,
    made_at    timestamptz NOT NULL,
    decided_by uuid CHECK (decided_by <> made_by), -- two people
    decided_at timestamptz,
    approved   boolean,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL))
);
SELECT guard_tenant_table('invoice_request', 'SELECT,INSERT,UPDATE');

-- An entry changes what a party owes: a positive amount raises it. Those without an invoice are the party's balance.
CREATE TABLE invoice_entry (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    party_id   uuid NOT NULL,
    invoice_id uuid,
    kind       text NOT NULL CHECK (kind IN ('charge', 'payment', 'withheld', 'credit', 'write_off', 'void', 'refund')),
    amount     bigint NOT NULL CHECK (amount <> 0),
    on_day     date NOT NULL,
    payment_id uuid,
    request_id uuid,
    reason     text NOT NULL DEFAULT '',
    at         timestamptz NOT NULL,
    by         uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payment (tenant_id, id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES invoice_request (tenant_id, id),
    CHECK (kind <> 'charge' OR amount > 0 AND invoice_id IS NOT NULL)
);
CREATE INDEX invoice_entry_invoice ON invoice_entry (tenant_id, invoice_id);
CREATE INDEX invoice_entry_party ON invoice_entry (tenant_id, party_id, on_day);
SELECT guard_tenant_table('invoice_entry', 'SELECT,INSERT');
