-- Why an order of a city waits for the BUMD: by the contract, or because it takes back what the BUMD has planned.

-- +goose Up
ALTER TABLE subscription_order ADD COLUMN overrules boolean NOT NULL DEFAULT false; -- it waits, or waited, for the second of these alone
