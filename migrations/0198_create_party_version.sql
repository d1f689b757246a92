-- What is said of a party that is billed, from a day on: its name, address and NPWP, and how it is taxed. An invoice takes the
-- version of its day; what is out never changes. Of two that begin on one day the later written holds.

-- +goose Up
CREATE TABLE party_version (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    id             uuid NOT NULL,
    party_id       uuid NOT NULL,
    effective_from date NOT NULL,
    profile        jsonb NOT NULL CHECK (jsonb_typeof(profile) = 'object'),
    reason         text NOT NULL CHECK (reason <> ''),
    made_at        timestamptz NOT NULL,
    made_by        uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX party_version_day ON party_version (tenant_id, party_id, effective_from, id);
SELECT guard_tenant_table('party_version', 'SELECT,INSERT');

ALTER TABLE party ADD COLUMN version uuid; -- that its row shows
