-- What an applicant is asked to pay to the city for a case, and what was paid. The money itself goes through the city's
-- bank; the office records it.

-- +goose Up
CREATE TABLE fee (
    tenant_id     uuid NOT NULL REFERENCES tenant (id),
    id            uuid NOT NULL,
    subject_kind  text NOT NULL,
    subject_id    uuid NOT NULL,
    round         integer NOT NULL, -- the version of the subject with which the state was entered
    agency_code   text NOT NULL,    -- that collects it
    title         jsonb NOT NULL,
    how           jsonb NOT NULL,   -- where to pay, in words
    basis         text NOT NULL DEFAULT '',
    code          text NOT NULL,    -- by which the payment is known
    amount        bigint NOT NULL CHECK (amount > 0),
    due_at        timestamptz,
    status        text NOT NULL CHECK (status IN ('due', 'dropped', 'paid', 'refunded')),
    opened_at     timestamptz NOT NULL,
    paid_on       date,
    reference     text NOT NULL DEFAULT '',
    recorded_at   timestamptz,
    recorded_by   uuid,
    recorded_name text NOT NULL DEFAULT '',
    refund_reason text NOT NULL DEFAULT '',
    refunded_at   timestamptz,
    refunded_by   uuid,
    refunded_name text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, subject_kind, subject_id, round),
    CHECK ((status IN ('paid', 'refunded')) = (recorded_at IS NOT NULL AND paid_on IS NOT NULL AND reference <> '')),
    CHECK ((status = 'refunded') = (refunded_at IS NOT NULL AND refund_reason <> ''))
);
-- One transfer pays one fee.
CREATE UNIQUE INDEX fee_reference ON fee (tenant_id, agency_code, reference) WHERE reference <> '';
SELECT guard_tenant_table('fee', 'SELECT,INSERT,UPDATE');
