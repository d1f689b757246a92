-- Words may be for one service alone, as they may be for one action.

-- +goose Up
ALTER TABLE reason_template
    ADD COLUMN service_code text NOT NULL DEFAULT '', -- empty for every service of the agency
    DROP CONSTRAINT reason_template_tenant_id_agency_code_action_title_key,
    ADD UNIQUE (tenant_id, agency_code, service_code, action, title);
