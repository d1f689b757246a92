-- The key with which a city's files are sealed, wrapped like the others, and since when it is there. A city that had keys
-- before gets it on first use.

-- +goose Up
ALTER TABLE city_key ADD COLUMN stream bytea, ADD COLUMN stream_at timestamptz;
