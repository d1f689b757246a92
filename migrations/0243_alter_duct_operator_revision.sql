-- How often a company has changed what it says of itself: a decision is about what was read, and not about what came meanwhile.

-- +goose Up
ALTER TABLE duct_operator ADD COLUMN revision integer NOT NULL DEFAULT 0;
