-- Each payment towards a fee and each sum given back, so that a fee may be paid in parts and given back in part. The sums
-- of both stand with the fee: what is paid less what is given back is never more than the fee, nor less than nothing.

-- +goose Up
CREATE TABLE fee_entry (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    fee_id      uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('payment', 'refund')),
    amount      bigint NOT NULL CHECK (amount > 0),
    agency_code text NOT NULL,
    day         date,                     -- of a payment: when it was made
    reference   text NOT NULL DEFAULT '', -- of a payment: the bank's
    proof_id    uuid,                     -- of a payment: the slip, if one was handed in
    reason      text NOT NULL DEFAULT '', -- of a refund
    at          timestamptz NOT NULL,     -- when it was recorded
    by_id       uuid NOT NULL,
    by_name     text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, fee_id) REFERENCES fee (tenant_id, id),
    FOREIGN KEY (tenant_id, proof_id) REFERENCES file (tenant_id, id),
    CHECK ((kind = 'payment') = (day IS NOT NULL AND reference <> '')),
    CHECK ((kind = 'refund') = (reason <> '')),
    CHECK (kind = 'payment' OR proof_id IS NULL)
);
CREATE INDEX fee_entry_of ON fee_entry (tenant_id, fee_id, id);
-- One transfer pays once.
CREATE UNIQUE INDEX fee_entry_reference ON fee_entry (tenant_id, agency_code, reference) WHERE kind = 'payment';
CREATE INDEX fee_entry_proof ON fee_entry (tenant_id, proof_id) WHERE proof_id IS NOT NULL;

-- Row-level security hides the rows of every city from the owner, except while it is not forced.
ALTER TABLE fee NO FORCE ROW LEVEL SECURITY;
INSERT INTO fee_entry (tenant_id, id, fee_id, kind, amount, agency_code, day, reference, at, by_id, by_name)
SELECT tenant_id, gen_random_uuid(), id, 'payment', amount, agency_code, paid_on, reference, recorded_at,
       coalesce(recorded_by, '00000000-0000-0000-0000-000000000000'), recorded_name
  FROM fee WHERE status IN ('paid', 'refunded');
INSERT INTO fee_entry (tenant_id, id, fee_id, kind, amount, agency_code, reason, at, by_id, by_name)
SELECT tenant_id, gen_random_uuid(), id, 'refund', amount, agency_code, refund_reason, refunded_at,
       coalesce(refunded_by, '00000000-0000-0000-0000-000000000000'), refunded_name
  FROM fee WHERE status = 'refunded';
ALTER TABLE fee ADD COLUMN paid bigint NOT NULL DEFAULT 0, ADD COLUMN refunded bigint NOT NULL DEFAULT 0;
UPDATE fee SET paid = CASE WHEN status IN ('paid', 'refunded') THEN amount ELSE 0 END, refunded = CASE WHEN status = 'refunded' THEN amount ELSE 0 END;
ALTER TABLE fee
    DROP COLUMN paid_on, DROP COLUMN reference, DROP COLUMN recorded_at, DROP COLUMN recorded_by, DROP COLUMN recorded_name,
    DROP COLUMN refund_reason, DROP COLUMN refunded_at, DROP COLUMN refunded_by, DROP COLUMN refunded_name,
    ADD CONSTRAINT fee_sums CHECK (0 <= refunded AND refunded <= paid AND paid - refunded <= amount),
    ADD CONSTRAINT fee_whole CHECK (status <> 'due' OR paid - refunded < amount),
    ADD CONSTRAINT fee_held CHECK (status <> 'paid' OR refunded < paid),
    ADD CONSTRAINT fee_back CHECK (status <> 'refunded' OR paid > 0 AND refunded = paid);
ALTER TABLE fee FORCE ROW LEVEL SECURITY;
SELECT guard_tenant_table('fee_entry', 'SELECT,INSERT');
