-- +goose Up
-- With the area that an agency serves, empty for the whole city: the office of an address files at its counter what goes by
-- addresses.
CREATE OR REPLACE VIEW v_agency WITH (security_invoker = true) AS
    SELECT tenant_id, code, position, name, short, kind, area FROM agency;
