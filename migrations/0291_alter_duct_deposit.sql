-- A lease that renews another is secured by the same deposit: when the earlier one is over, what is held of it passes to the renewal, as far
-- as that is asked for one. A renewal that is asked for nothing says so by an amount of nothing.

-- +goose Up
ALTER TABLE duct_deposit DROP CONSTRAINT duct_deposit_amount_check, ADD CONSTRAINT duct_deposit_amount_check CHECK (amount >= 0);
ALTER TABLE duct_deposit_entry DROP CONSTRAINT duct_deposit_entry_kind_check, ADD CONSTRAINT duct_deposit_entry_kind_check CHECK (kind IN ('received', 'returned', 'set_off', 'passed_on', 'taken_over'));
