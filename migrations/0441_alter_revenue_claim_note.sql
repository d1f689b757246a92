-- What is claimed under the account of the rent of land is of an approved rent, or has a legal note that is kept with it.

-- +goose Up
ALTER TABLE revenue_claim ADD COLUMN legal_note text NOT NULL DEFAULT '';
