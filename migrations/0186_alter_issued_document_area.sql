-- Where the matter of a document lies, as its application had it when it was issued: staff who are limited to areas deal
-- with no other documents either.

-- +goose Up
ALTER TABLE issued_document ADD COLUMN district_code text COLLATE "C", ADD COLUMN subdistrict_code text COLLATE "C";
-- Row-level security hides the rows of every city from the owner, except while it is not forced.
ALTER TABLE application NO FORCE ROW LEVEL SECURITY;
ALTER TABLE issued_document NO FORCE ROW LEVEL SECURITY;
UPDATE issued_document d SET district_code = a.district_code, subdistrict_code = a.subdistrict_code
  FROM application a WHERE a.tenant_id = d.tenant_id AND a.id = d.subject_id AND d.subject_kind = 'application' AND a.district_code IS NOT NULL;
ALTER TABLE issued_document FORCE ROW LEVEL SECURITY;
ALTER TABLE application FORCE ROW LEVEL SECURITY;
