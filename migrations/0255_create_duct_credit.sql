-- What is let off for hours without service: asked for by one person and approved by another, and taken off the invoices of the months
-- to come, as far as each charges the lease.

-- +goose Up
CREATE TABLE duct_damage_credit (
    tenant_id   uuid NOT NULL,
    damage_id   uuid NOT NULL,
    lease_id    uuid NOT NULL,
    id          uuid NOT NULL,
    operator_id uuid NOT NULL,
    month       date NOT NULL CHECK (extract(day FROM month) = 1), -- of which the fee is let off
    fee         bigint NOT NULL CHECK (fee >= 0),
    hours       bigint NOT NULL,
    share       bigint NOT NULL,           -- hundredths of a percent
    units       integer NOT NULL,
    of_units    integer NOT NULL,
    amount      bigint NOT NULL CHECK (amount >= 0 AND amount <= fee),
    asked_at    timestamptz NOT NULL,
    asked_by    uuid NOT NULL,
    decided_at  timestamptz,
    decided_by  uuid,
    approved    boolean,
    PRIMARY KEY (tenant_id, damage_id, lease_id),
    UNIQUE (tenant_id, id),
    CHECK (decided_by <> asked_by),
    CHECK ((decided_by IS NULL) = (approved IS NULL)),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id)
);
CREATE INDEX duct_damage_credit_month ON duct_damage_credit (tenant_id, lease_id, month);
SELECT guard_tenant_table('duct_damage_credit', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_credit ( -- that the company owes an operator on its next invoices
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    operator_id uuid NOT NULL,
    lease_id    uuid NOT NULL,
    amount      bigint NOT NULL CHECK (amount > 0), -- before tax
    name        jsonb NOT NULL,
    working     jsonb NOT NULL,
    source      jsonb NOT NULL,
    given_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id)
);
CREATE INDEX duct_credit_lease ON duct_credit (tenant_id, lease_id, id);
SELECT guard_tenant_table('duct_credit', 'SELECT,INSERT');

CREATE TABLE duct_credit_line ( -- as far as a month has taken it off
    tenant_id uuid NOT NULL,
    credit_id uuid NOT NULL,
    month     date NOT NULL,
    draft_id  uuid NOT NULL,
    amount    bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (tenant_id, credit_id, month),
    FOREIGN KEY (tenant_id, credit_id) REFERENCES duct_credit (tenant_id, id),
    FOREIGN KEY (tenant_id, month) REFERENCES duct_bill_month (tenant_id, month),
    FOREIGN KEY (tenant_id, draft_id) REFERENCES invoice_draft (tenant_id, id)
);
SELECT guard_tenant_table('duct_credit_line', 'SELECT,INSERT');
