-- Photographs of a segment of the ducts, or of a unit in it: how it was on the day on which they were taken.

-- +goose Up
CREATE TABLE duct_photo (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    segment_id uuid NOT NULL,
    unit_id    uuid,                      -- absent, the segment as a whole
    file_id    uuid NOT NULL,
    taken_on   date NOT NULL,
    caption    text NOT NULL,
    added_at   timestamptz NOT NULL,
    added_by   uuid NOT NULL,
    hidden_at  timestamptz,               -- put there by mistake
    hidden_by  uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id, unit_id) REFERENCES duct_unit (tenant_id, segment_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id),
    CHECK ((hidden_at IS NULL) = (hidden_by IS NULL))
);
CREATE INDEX duct_photo_of ON duct_photo (tenant_id, segment_id, taken_on) WHERE hidden_at IS NULL;
SELECT guard_tenant_table('duct_photo', 'SELECT,INSERT,UPDATE');
