-- Photographs of a cable, beside those of a segment or of a unit in one.

-- +goose Up
ALTER TABLE duct_photo ALTER COLUMN segment_id DROP NOT NULL, ADD COLUMN cable_id uuid,
    ADD FOREIGN KEY (tenant_id, cable_id) REFERENCES duct_cable (tenant_id, id),
    ADD CONSTRAINT duct_photo_of_one CHECK (num_nonnulls(segment_id, cable_id) = 1 AND (unit_id IS NULL OR segment_id IS NOT NULL));
CREATE INDEX duct_photo_cable ON duct_photo (tenant_id, cable_id, taken_on) WHERE hidden_at IS NULL AND cable_id IS NOT NULL;
