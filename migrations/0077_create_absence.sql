-- Who stands in for a member of staff who is away, and on which days.

-- +goose Up
CREATE TABLE absence (
    tenant_id       uuid NOT NULL REFERENCES tenant (id),
    id              uuid NOT NULL,
    agency_code     text NOT NULL,
    account_id      uuid NOT NULL,
    account_name    text NOT NULL,
    substitute_id   uuid NOT NULL,
    substitute_name text NOT NULL,
    from_day        date NOT NULL,
    to_day          date NOT NULL,
    set_by          uuid NOT NULL,
    set_at          timestamptz NOT NULL,
    ended_at        timestamptz, -- taken back
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, substitute_id) REFERENCES account (tenant_id, id),
    CHECK (from_day <= to_day AND account_id <> substitute_id),
    -- nobody has two substitutes on one day
    EXCLUDE USING gist (tenant_id WITH =, account_id WITH =, daterange(from_day, to_day, '[]') WITH &&) WHERE (ended_at IS NULL)
);
CREATE INDEX absence_substitute ON absence (tenant_id, substitute_id, to_day) WHERE ended_at IS NULL;
CREATE INDEX absence_agency ON absence (tenant_id, agency_code, to_day) WHERE ended_at IS NULL;
SELECT guard_tenant_table('absence', 'SELECT,INSERT,UPDATE');
