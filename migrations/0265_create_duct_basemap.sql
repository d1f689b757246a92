-- The outside map that a city lays under the map of its ducts, if it wants one.

-- +goose Up
CREATE TABLE duct_basemap (
    tenant_id uuid PRIMARY KEY,
    tiles     text NOT NULL CHECK (tiles LIKE 'https://%'),
    credit    text NOT NULL CHECK (credit <> ''),
    closest   smallint NOT NULL CHECK (closest BETWEEN 1 AND 22),
    set_at    timestamptz NOT NULL,
    set_by    uuid NOT NULL
);
SELECT guard_tenant_table('duct_basemap', 'SELECT,INSERT,UPDATE,DELETE');
