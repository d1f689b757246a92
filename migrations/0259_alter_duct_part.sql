-- A segment becomes two at a new node, and what was let in it goes on in both: each unit says which one it goes on from, and each
-- hold what the lease took on its first day, by which it is charged.

-- +goose Up
ALTER TABLE duct_unit ADD COLUMN was_id uuid,            -- the unit that it goes on from
    ADD FOREIGN KEY (tenant_id, was_id) REFERENCES duct_unit (tenant_id, id);
CREATE INDEX duct_unit_was ON duct_unit (tenant_id, was_id) WHERE was_id IS NOT NULL;
ALTER TABLE duct_hold ADD COLUMN taken_id uuid,          -- the unit as the lease took it; absent, it is the one that is held
    ADD COLUMN parted_by uuid,                           -- the change of the network from whose day on its parts are held instead
    ADD FOREIGN KEY (tenant_id, taken_id) REFERENCES duct_unit (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, parted_by) REFERENCES duct_change (tenant_id, id);
CREATE INDEX duct_hold_parted ON duct_hold (tenant_id, parted_by) WHERE parted_by IS NOT NULL;
ALTER TABLE duct_change ADD COLUMN segment_id uuid,      -- that a change by hand is about
    ADD FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id);
CREATE INDEX duct_change_segment ON duct_change (tenant_id, segment_id, id) WHERE segment_id IS NOT NULL;
