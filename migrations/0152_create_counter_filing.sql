-- Applications that an officer fills in at a counter for somebody who stands there: who, which proof of identity was seen,
-- and that the person agreed.

-- +goose Up
CREATE TABLE counter_filing (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    application_id uuid NOT NULL,
    officer_id     uuid NOT NULL,
    officer_name   text NOT NULL,
    identity_seen  text NOT NULL CHECK (identity_seen IN ('ktp', 'kk', 'passport', 'other')),
    consented_at   timestamptz NOT NULL,
    submitted_at   timestamptz,
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);
SELECT guard_tenant_table('counter_filing');
