-- The months of a city as they were billed: the usage as it was read, every line with its working, and the corrections of
-- earlier months. A month never changes: what is found out later is a correction in the next one.

-- +goose Up
CREATE TABLE billing_month (
    tenant_id uuid NOT NULL REFERENCES tenant (id), -- the city
    month     date NOT NULL CHECK (extract(day FROM month) = 1),
    closed_at timestamptz NOT NULL,                 -- no event that came later is in it
    lines     jsonb NOT NULL CHECK (jsonb_typeof(lines) = 'array'),
    total     bigint NOT NULL,                      -- before tax; negative when it is carried to the next month
    billed_at timestamptz,                          -- since when the seller's books have its draft, or know that there is none
    PRIMARY KEY (tenant_id, month)
);
SELECT guard_tenant_table('billing_month', 'SELECT,INSERT');
GRANT UPDATE (billed_at) ON billing_month TO bedelau_app;
