-- Questions after an application by its number with the wrong digits, whether or not such a number exists.

-- +goose Up
CREATE TABLE track_attempt (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    number    text COLLATE "C" NOT NULL,
    tries     integer NOT NULL,
    since     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE INDEX track_attempt_age ON track_attempt (tenant_id, since);
SELECT guard_tenant_table('track_attempt');
