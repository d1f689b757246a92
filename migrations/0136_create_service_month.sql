-- What a service with a monthly quota has taken, as service_day is of a day: month is its first day in the city.

-- +goose Up
CREATE TABLE service_month (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    service_code text NOT NULL,
    month        date NOT NULL,
    used         integer NOT NULL DEFAULT 0,
    quota        integer NOT NULL,
    PRIMARY KEY (tenant_id, service_code, month),
    CHECK (used BETWEEN 0 AND quota)
);
SELECT guard_tenant_table('service_month');
