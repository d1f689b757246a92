-- The end of a lease that was agreed on, apart from the one that notice gave it: what a minimum term and a long lease come to counts
-- from the days of the agreement. What was ended before keeps the only end that is known.

-- +goose Up
ALTER TABLE duct_lease ADD COLUMN agreed_until date; -- none was agreed on where it is null
ALTER TABLE duct_lease NO FORCE ROW LEVEL SECURITY;
UPDATE duct_lease SET agreed_until = until WHERE until IS NOT NULL;
ALTER TABLE duct_lease FORCE ROW LEVEL SECURITY;
