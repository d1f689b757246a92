-- Failed sign-ins are counted for each login from each network, so that a stranger who knows a login cannot keep its
-- owner out from elsewhere; what is tried from everywhere together is bounded on its own.

-- +goose Up
-- Set for a login tried from one network or session: handle is a keyed hash of both then, and login finds them all again.
ALTER TABLE sign_in_failure ADD COLUMN login bytea;
CREATE INDEX sign_in_failure_login ON sign_in_failure (tenant_id, login) WHERE login IS NOT NULL;

-- How often a login was tried from anywhere, in the stretch of time that ends at ends_at.
CREATE TABLE sign_in_total (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    login     bytea NOT NULL, -- a keyed hash, whether or not such an account exists
    tries     integer NOT NULL CHECK (tries >= 0),
    ends_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, login)
);
CREATE INDEX sign_in_total_end ON sign_in_total (tenant_id, ends_at);
SELECT guard_tenant_table('sign_in_total');
