-- The district and the subdistrict that an application is about, by their Kemendagri codes: the office deals its work out
-- by them, and a member of staff can be limited to some. They are kept beside the answers, because a list cannot look
-- into those, and are null where the form does not say or the city has no such area.

-- +goose Up
ALTER TABLE application ADD COLUMN district_code text COLLATE "C", ADD COLUMN subdistrict_code text COLLATE "C";

-- What is already there is placed by its answers: the address by which its service chooses the office, else that of the
-- applicant, else the first address or choice among areas that the form asks for. None of these is ever stored sealed.
-- Row-level security hides the rows of every city from the owner, except while it is not forced.
ALTER TABLE application NO FORCE ROW LEVEL SECURITY;
ALTER TABLE form_definition NO FORCE ROW LEVEL SECURITY;
ALTER TABLE service NO FORCE ROW LEVEL SECURITY;
ALTER TABLE area NO FORCE ROW LEVEL SECURITY;
WITH question AS (
    SELECT f.tenant_id, f.code, f.version, p.page * 1000 + q.field + 2 AS place, q.body->>'code' AS name
      FROM form_definition f, jsonb_array_elements(f.body->'pages') WITH ORDINALITY AS p (body, page),
           jsonb_array_elements(p.body->'fields') WITH ORDINALITY AS q (body, field)
     WHERE q.body->>'type' = 'person' OR q.body->>'type' = 'choice' AND q.body->'options'->0->>'value' ~ '^\d{2}\.\d{2}\.\d{2}(\.\d{4})?$'
    UNION ALL
    SELECT f.tenant_id, f.code, f.version, 1, regexp_replace(f.body->'applicant'->>'nik', '\.nik$', '')
      FROM form_definition f WHERE f.body->'applicant'->>'nik' LIKE '%.nik'
), lies AS (
    SELECT a.tenant_id, a.id, x.district, x.subdistrict, x.code
      FROM application a
      LEFT JOIN service s ON s.tenant_id = a.tenant_id AND s.code = a.service_code
     CROSS JOIN LATERAL (
        SELECT a.answers #>> ARRAY[q.name || '.district', '0'] AS district, a.answers #>> ARRAY[q.name || '.subdistrict', '0'] AS subdistrict,
               a.answers #>> ARRAY[q.name, '0'] AS code
          FROM (SELECT name, place FROM question WHERE question.tenant_id = a.tenant_id AND question.code = a.form_code AND question.version = a.form_version
                UNION ALL SELECT s.rules->>'office', 0) q
         WHERE a.answers ? (q.name || '.district') OR a.answers ? q.name ORDER BY q.place LIMIT 1) x
     WHERE a.submitted_at IS NOT NULL
)
UPDATE application a SET district_code = coalesce(c.parent, c.code, d.code), subdistrict_code = CASE WHEN c.parent IS NULL THEN r.code ELSE c.code END
  FROM lies l
  LEFT JOIN area c ON c.tenant_id = l.tenant_id AND c.code = l.code
  LEFT JOIN area d ON d.tenant_id = l.tenant_id AND d.parent IS NULL AND lower(d.name) = lower(l.district)
  LEFT JOIN area r ON r.tenant_id = d.tenant_id AND r.parent = d.code AND lower(r.name) = lower(l.subdistrict)
 WHERE a.tenant_id = l.tenant_id AND a.id = l.id AND (c.code IS NOT NULL OR d.code IS NOT NULL);
ALTER TABLE area FORCE ROW LEVEL SECURITY;
ALTER TABLE service FORCE ROW LEVEL SECURITY;
ALTER TABLE form_definition FORCE ROW LEVEL SECURITY;
ALTER TABLE application FORCE ROW LEVEL SECURITY;

DROP INDEX application_queue, application_queue_all, application_closed, application_closed_all;
CREATE INDEX application_queue ON application (tenant_id, agency_code, queue_rank, queue_at, id)
    INCLUDE (assignee_id, service_code, stage, channel, submitted_at, district_code, subdistrict_code) WHERE submitted_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX application_queue_all ON application (tenant_id, queue_rank, queue_at, id)
    INCLUDE (agency_code, assignee_id, service_code, stage, channel, submitted_at, district_code, subdistrict_code) WHERE submitted_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX application_closed ON application (tenant_id, agency_code, closed_at, id)
    INCLUDE (assignee_id, service_code, stage, channel, submitted_at, district_code, subdistrict_code) WHERE closed_at IS NOT NULL;
CREATE INDEX application_closed_all ON application (tenant_id, closed_at, id)
    INCLUDE (agency_code, assignee_id, service_code, stage, channel, submitted_at, district_code, subdistrict_code) WHERE closed_at IS NOT NULL;

CREATE OR REPLACE VIEW inbox_case WITH (security_invoker = true) AS
SELECT tenant_id, id, number, account_id, agency_code, service_code, stage, channel, assignee_id, name_key, submitted_at, closed_at,
       queue_rank, queue_at, words, district_code, subdistrict_code
  FROM application;

-- The agencies' own apps do not say where an application lies.
CREATE OR REPLACE VIEW inbox_external WITH (security_invoker = true) AS
SELECT tenant_id, id, app_id, NULL::uuid AS account_id, agency AS agency_code, service AS service_code, stage, first_at AS submitted_at, closed_at,
       queue_rank, queue_at, words, NULL::text AS district_code, NULL::text AS subdistrict_code
  FROM external_application;

-- The areas to which what staff reach is limited, the same in each row of one account; none is no limit.
ALTER TABLE account_role ADD COLUMN areas text[] NOT NULL DEFAULT '{}';
