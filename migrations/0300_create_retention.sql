-- How long personal data is kept once its purpose is over, from a day on, and who of the works, the crews and the reporters of damage
-- is known: sealed with the city's key from now on, and erased when the days are over. The columns in clear are emptied row by row.

-- +goose Up
CREATE TABLE retention (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    data           text NOT NULL,          -- which, in the program's words
    effective_from date NOT NULL,
    days           integer NOT NULL CHECK (days BETWEEN 1 AND 36500), -- after the purpose is over
    basis          text NOT NULL,
    source         text NOT NULL,
    verified       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, data, effective_from)
);
SELECT guard_tenant_table('retention');

ALTER TABLE duct_order_window ADD COLUMN sealed bytea, ADD COLUMN erased_at timestamptz; -- crew, leader, phone, safety
CREATE INDEX duct_order_window_kept ON duct_order_window (tenant_id, until, id) WHERE erased_at IS NULL;
CREATE INDEX duct_order_window_open ON duct_order_window (tenant_id, id) WHERE sealed IS NULL AND erased_at IS NULL;

ALTER TABLE duct_work ADD COLUMN sealed bytea, ADD COLUMN erased_at timestamptz; -- contact, phone, email
CREATE INDEX duct_work_kept ON duct_work (tenant_id, to_day, id) WHERE erased_at IS NULL;
CREATE INDEX duct_work_open ON duct_work (tenant_id, id) WHERE sealed IS NULL AND erased_at IS NULL;

ALTER TABLE duct_damage ADD COLUMN sealed bytea, ADD COLUMN erased_at timestamptz; -- words, place
CREATE INDEX duct_damage_kept ON duct_damage (tenant_id, updated_at, id) WHERE erased_at IS NULL AND state IN ('closed', 'dismissed');
CREATE INDEX duct_damage_open ON duct_damage (tenant_id, id) WHERE sealed IS NULL AND erased_at IS NULL;
GRANT UPDATE (words) ON duct_damage_event TO bedelau_app; -- what a report said stood there once more
