-- The words of those answers to forms in which officers may look, as the author of the form says: of texts alone, and of
-- nothing that is stored sealed. The words are kept and not the text, in the transaction that sends an application or
-- its correction, and go with it. An application of a form that says so of no question has no row.

-- +goose Up
CREATE TABLE application_answer (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    agency_code    text NOT NULL, -- of the application, because the index has to lead with it
    at             timestamptz NOT NULL, -- when it was sent
    words          tsvector NOT NULL,
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX application_answer_words ON application_answer USING gin (tenant_id, agency_code, words) WITH (gin_pending_list_limit = 256);
SELECT guard_tenant_table('application_answer');

CREATE VIEW inbox_answer WITH (security_invoker = true) AS
SELECT tenant_id, application_id, agency_code, at, words FROM application_answer;
GRANT SELECT ON inbox_answer TO bedelau_app;
