-- The record of one kind of thing, such as roles, of which there may be one in a hundred thousand entries.

-- +goose Up
CREATE INDEX audit_entry_object ON audit_entry (tenant_id, object, at, id);
