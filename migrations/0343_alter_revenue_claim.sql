-- Which days of which rent of land a claim of the city is for, so that no day is claimed twice and none that is claimed is expected besides;
-- and under which account the rent of land is kept.

-- +goose Up
ALTER TABLE revenue_claim ADD COLUMN land_rent_id uuid,
    ADD COLUMN covers_from date,
    ADD COLUMN covers_until date, -- the first day that it is not for
    ADD FOREIGN KEY (tenant_id, land_rent_id) REFERENCES duct_land_rent (tenant_id, id),
    ADD CHECK ((land_rent_id IS NULL) = (covers_from IS NULL) AND (land_rent_id IS NULL) = (covers_until IS NULL) AND covers_from < covers_until),
    ADD CONSTRAINT revenue_claim_land_once EXCLUDE USING gist (tenant_id WITH =, land_rent_id WITH =, daterange(covers_from, covers_until) WITH &&) WHERE (land_rent_id IS NOT NULL);
ALTER TABLE revenue_account ADD COLUMN land boolean NOT NULL DEFAULT false; -- the rent of land is kept here
