-- When a new version of a form lets officers look for the words of more answers, those of earlier applications are indexed
-- too, bit by bit: how far that has come for each form, with its newest version.

-- +goose Up
CREATE TABLE answer_words (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    form_code  text COLLATE "C" NOT NULL,
    version    integer NOT NULL, -- of the form, whose searches are being given to earlier applications
    after      uuid NOT NULL,    -- the last application that was looked at
    done       boolean NOT NULL,
    PRIMARY KEY (tenant_id, form_code)
);
SELECT guard_tenant_table('answer_words');

-- Where a case lay, so that a replay names none to readers who are limited to other areas.
CREATE OR REPLACE VIEW v_case WITH (security_invoker = true) AS
    SELECT tenant_id, id, number, service_code, agency_code, workflow_code, workflow_version, submitted_at, term_amount, term_unit,
           decided_at, on_time, closed_at, district_code, subdistrict_code
      FROM application WHERE submitted_at IS NOT NULL AND closed_at IS NOT NULL;
