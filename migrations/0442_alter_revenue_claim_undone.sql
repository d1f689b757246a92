-- What was recorded wrongly as owed to the city is taken back with a reason: from that day on it is not owed, what it said stays, and the days of a
-- rent of land that it was for are claimed anew as far as they are owed.

-- +goose Up
ALTER TABLE revenue_claim ADD COLUMN undone_on date, -- the first day on which it is not owed
    ADD COLUMN undone_at timestamptz,
    ADD COLUMN undone_by uuid,
    ADD COLUMN undone_why text,
    ADD CHECK (num_nulls(undone_on, undone_at, undone_by, undone_why) IN (0, 4)),
    DROP CONSTRAINT revenue_claim_land_once,
    ADD CONSTRAINT revenue_claim_land_once EXCLUDE USING gist (tenant_id WITH =, land_rent_id WITH =, daterange(covers_from, covers_until) WITH &&) WHERE (land_rent_id IS NOT NULL AND undone_on IS NULL);
GRANT UPDATE (undone_on, undone_at, undone_by, undone_why) ON revenue_claim TO bedelau_app;
