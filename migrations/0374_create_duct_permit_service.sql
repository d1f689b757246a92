-- A permit to dig that the city's own service gives, or ends, stands on the works that it is for. What such a permit says of works is data.

-- +goose Up
CREATE TABLE duct_permit_service ( -- a service whose document permits works in the road
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    service   text NOT NULL,
    body      jsonb NOT NULL, -- which field of its form says what
    PRIMARY KEY (tenant_id, service)
);
SELECT guard_tenant_table('duct_permit_service');

ALTER TABLE duct_work ADD COLUMN document_id uuid; -- of the permit, where the city's own service gave it
ALTER TABLE duct_work ADD COLUMN permit_ended_at timestamptz; -- it was withdrawn
ALTER TABLE duct_work ADD COLUMN permit_ended_why text NOT NULL DEFAULT '';
ALTER TABLE duct_work ADD FOREIGN KEY (tenant_id, document_id) REFERENCES issued_document (tenant_id, id);
CREATE UNIQUE INDEX duct_work_document ON duct_work (tenant_id, document_id) WHERE document_id IS NOT NULL;
CREATE INDEX duct_work_application ON duct_work (tenant_id, application) WHERE application <> '';
