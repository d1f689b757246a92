-- How what cities pay is shared between the company that owns the platform, cities and partners, from a month on: who asked and why,
-- and who else decided. What no part names is the company's own.

-- +goose Up
CREATE TABLE revenue_share (
    tenant_id  uuid NOT NULL REFERENCES tenant (id), -- the platform
    id         uuid NOT NULL,
    city       uuid, -- whose payments; those of every city without an agreement of its own when null
    from_month date NOT NULL CHECK (extract(day FROM from_month) = 1),
    parts      jsonb NOT NULL CHECK (jsonb_typeof(parts) = 'array'),
    reason     text NOT NULL CHECK (reason <> ''),
    made_by    uuid NOT NULL,
    made_at    timestamptz NOT NULL,
    decided_by uuid CHECK (decided_by <> made_by), -- two people
    decided_at timestamptz,
    approved   boolean,
    PRIMARY KEY (tenant_id, id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL))
);
CREATE UNIQUE INDEX revenue_share_month ON revenue_share (tenant_id, coalesce(city, '00000000-0000-0000-0000-000000000000'), from_month) WHERE approved;
SELECT guard_tenant_table('revenue_share', 'SELECT,INSERT');
GRANT UPDATE (decided_by, decided_at, approved) ON revenue_share TO bedelau_app;

CREATE INDEX invoice_entry_at ON invoice_entry (tenant_id, at);
