-- A resident's list by what is open and what is over, page by page.

-- +goose Up
CREATE INDEX application_mine_open ON application (tenant_id, account_id, id) WHERE closed_at IS NULL;
CREATE INDEX application_mine_closed ON application (tenant_id, account_id, id) WHERE closed_at IS NOT NULL;
CREATE INDEX external_application_mine_open ON external_application (tenant_id, nik_hash, email_hash, first_at, id)
    WHERE nik_hash IS NOT NULL AND closed_at IS NULL;
CREATE INDEX external_application_mine_closed ON external_application (tenant_id, nik_hash, email_hash, first_at, id)
    WHERE nik_hash IS NOT NULL AND closed_at IS NOT NULL;
