-- What is known of a city's ground, from a day on: borders change by law, and an older case is drawn as it was read then.

-- +goose Up
CREATE TABLE city_map (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    effective_from date NOT NULL,
    body           jsonb NOT NULL, -- bounds, land, places
    verified       boolean NOT NULL DEFAULT false,
    source         text NOT NULL,
    licence        text NOT NULL,
    PRIMARY KEY (tenant_id, effective_from)
);
SELECT guard_tenant_table('city_map');
