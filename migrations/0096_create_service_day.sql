-- How many applications of a service with a daily quota were taken on a day of the city.

-- +goose Up
CREATE TABLE service_day (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    service_code text NOT NULL,
    day          date NOT NULL,
    used         integer NOT NULL DEFAULT 0,
    quota        integer NOT NULL,
    PRIMARY KEY (tenant_id, service_code, day),
    CHECK (used BETWEEN 0 AND quota)
);
SELECT guard_tenant_table('service_day');
