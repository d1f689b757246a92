-- One operator owes the rent of a segment once for a day. A rent that was approved ends on another day when two people say so.

-- +goose Up
ALTER TABLE duct_land_rent ADD CONSTRAINT duct_land_rent_once EXCLUDE USING gist (tenant_id WITH =, operator_id WITH =, segment_id WITH =, daterange(since, until) WITH &&) WHERE (approved AND segment_id IS NOT NULL);

CREATE TABLE duct_land_end ( -- asked for by one, decided by another
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    rent_id    uuid NOT NULL,
    until      date NOT NULL, -- the first day without it
    reason     text NOT NULL CHECK (reason <> ''),
    asked_by   uuid NOT NULL,
    asked_at   timestamptz NOT NULL,
    decided_by uuid CHECK (decided_by <> asked_by),
    decided_at timestamptz,
    approved   boolean,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, rent_id) REFERENCES duct_land_rent (tenant_id, id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL))
);
CREATE UNIQUE INDEX duct_land_end_waiting ON duct_land_end (tenant_id, rent_id) WHERE decided_by IS NULL;
SELECT guard_tenant_table('duct_land_end', 'SELECT,INSERT,UPDATE');
