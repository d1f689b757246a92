-- A permit to dig says whose it is by a number that the applicant has typed. That ties it to nobody: whether the works that it opens are a company's, or
-- those that it has planned, is confirmed by staff.

-- +goose Up
ALTER TABLE duct_work ADD COLUMN may_operator uuid; -- whose number the applicant gave, until staff have said whether it is so
ALTER TABLE duct_work ADD COLUMN may_be uuid;       -- what that company had planned there at that time
ALTER TABLE duct_work ADD FOREIGN KEY (tenant_id, may_operator) REFERENCES duct_operator (tenant_id, id);
ALTER TABLE duct_work ADD FOREIGN KEY (tenant_id, may_be) REFERENCES duct_work (tenant_id, id);
ALTER TABLE duct_work ADD CHECK (may_be IS NULL OR may_operator IS NOT NULL AND may_be <> id);
CREATE INDEX duct_work_may_be ON duct_work (tenant_id, may_be) WHERE may_be IS NOT NULL;
