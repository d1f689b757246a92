-- The words of what was closed, and those of internal notes and of messages to applicants, so that officers find them too.
-- An event carries the agency of its application, because the index has to lead with it; as for open work, @@ serves under
-- row-level security because the bootstrap SQL marks it LEAKPROOF.

-- +goose Up
CREATE INDEX application_words_closed ON application USING gin (tenant_id, agency_code, words) WITH (gin_pending_list_limit = 256)
    WHERE closed_at IS NOT NULL;

ALTER TABLE application_event ADD COLUMN agency_code text NOT NULL DEFAULT '';
-- Row-level security hides the rows of every city from the owner, except while it is not forced.
ALTER TABLE application NO FORCE ROW LEVEL SECURITY;
ALTER TABLE application_event NO FORCE ROW LEVEL SECURITY;
UPDATE application_event e SET agency_code = a.agency_code FROM application a WHERE a.tenant_id = e.tenant_id AND a.id = e.application_id;
ALTER TABLE application FORCE ROW LEVEL SECURITY;
ALTER TABLE application_event FORCE ROW LEVEL SECURITY;

ALTER TABLE application_event ADD COLUMN words tsvector GENERATED ALWAYS AS (
    CASE WHEN message <> '' AND (public OR action = 'note') THEN to_tsvector('simple', message) || to_tsvector('indonesian', message) END) STORED;
CREATE INDEX application_event_words ON application_event USING gin (tenant_id, agency_code, words) WITH (gin_pending_list_limit = 256)
    WHERE words IS NOT NULL;

CREATE VIEW inbox_message WITH (security_invoker = true) AS
SELECT tenant_id, application_id, agency_code, at, words
  FROM application_event WHERE words IS NOT NULL;
GRANT SELECT ON inbox_message TO bedelau_app;
