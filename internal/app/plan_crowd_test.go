//go:build !race

package app

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// crowd fills the database as that of many cities: what a city is set up with stands there for some thousand others
// too, and of what grows with use Batam and Tanjungpinang have 10,000 rows each. It writes as the superuser, past
// policies and foreign keys.
func crowd(t *testing.T, w *pgtest.World) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	of := func(c tenancy.City) string {
		return strings.ReplaceAll(crowdSQL+crowdDuctSQL+crowdPartnerSQL+crowdOrderSQL+crowdWaveSQL, ":city", "'"+c.ID.String()+"'")
	}
	for _, sql := range []string{othersSQL, of(w.Batam), of(w.Other), "VACUUM ANALYZE"} {
		if _, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
}

// othersSQL copies what Batam is set up with, under the ids of cities that are not in the directory, so that nothing
// works for them.
const othersSQL = `
SET session_replication_role = replica;
DO $$
DECLARE
	batam uuid := (SELECT id FROM tenant WHERE slug = 'batam');
	name text;
	columns text;
	copies bigint;
BEGIN
	FOREACH name IN ARRAY ARRAY['agency', 'service', 'service_standard', 'catalog_version', 'form_definition', 'workflow_definition',
		'document_definition', 'tariff', 'calendar_year', 'holiday', 'area', 'city_key', 'subscription'] LOOP
		EXECUTE format('SELECT 3000 / count(*) FROM %I WHERE tenant_id = $1', name) INTO copies USING batam;
		SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
		 WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'tenant_id';
		EXECUTE format('INSERT INTO %1$I (tenant_id, %2$s) SELECT md5(n::text)::uuid, %2$s FROM %1$I, generate_series(1, $2) n
			WHERE tenant_id = $1', name, columns) USING batam, copies;
	END LOOP;
END $$;
INSERT INTO account_role (tenant_id, account_id, role, agency, granted_at)
SELECT md5(n::text)::uuid, gen_random_uuid(), 'officer', 'dinkes', now() FROM generate_series(1, 3000) n;
INSERT INTO access_version (tenant_id, version) SELECT md5(n::text)::uuid, 1 FROM generate_series(1, 3000) n;
INSERT INTO access_role (tenant_id, code, name, created_at, created_by) SELECT md5(n::text)::uuid, 'clerk', '{}', now(), gen_random_uuid() FROM generate_series(1, 3000) n;
INSERT INTO access_rule (tenant_id, role, permission, granted, changed_at, changed_by)
SELECT md5(n::text)::uuid, 'officer', 'audit:read', true, now(), gen_random_uuid() FROM generate_series(1, 3000) n;
INSERT INTO form_draft (tenant_id, code, body, base, revision, act, what, by_id, by_name, changed_at)
SELECT md5(n::text)::uuid, 'ktp-el-hilang', '{}', 1, 1, 'add', 'x', gen_random_uuid(), 'x', now() FROM generate_series(1, 3000) n;
INSERT INTO workflow_draft (tenant_id, code, body, base, revision, act, what, by_id, by_name, changed_at)
SELECT md5(n::text)::uuid, 'adminduk', '{}', 1, 1, 'add', 'x', gen_random_uuid(), 'x', now() FROM generate_series(1, 3000) n;
INSERT INTO service_draft (tenant_id, code, service, form, workflow, document, standard, base, revision, by_id, by_name, changed_at)
SELECT md5(n::text)::uuid, 'ktp-el-hilang', '{}', '', '', '', '{}', n % 2, 1, gen_random_uuid(), 'x', now() FROM generate_series(1, 3000) n;
INSERT INTO agency_calendar (tenant_id, agency) SELECT md5(n::text)::uuid, 'rsud' FROM generate_series(1, 3000) n;
INSERT INTO calendar_period (tenant_id, agency, code, name, first_day, hours) SELECT md5(n::text)::uuid, '', 'ramadan', '{}', '2026-02-18', '{}' FROM generate_series(1, 3000) n;
INSERT INTO agency_day (tenant_id, agency, day, name) SELECT md5(n::text)::uuid, 'rsud', '2026-12-01', '{}' FROM generate_series(1, 3000) n;
INSERT INTO calendar_change (tenant_id, id, kind, days, actor_id, at, queued, done_at)
SELECT md5(n::text)::uuid, gen_random_uuid(), 'day', '[]', gen_random_uuid(), now(), true, now() FROM generate_series(1, 3000) n;
INSERT INTO external_app (tenant_id, id, name, agency, source, contact, services, created_at, created_by)
SELECT md5(n::text)::uuid, gen_random_uuid(), 'App', 'dinkes', 'https://app.go.id', 'x', '{x}', now(), gen_random_uuid() FROM generate_series(1, 3000) n;
INSERT INTO application_answer (tenant_id, application_id, agency_code, at, words)
SELECT md5(n::text)::uuid, gen_random_uuid(), 'rsud', now(), to_tsvector('simple', 'pasar') FROM generate_series(1, 3000) n;
INSERT INTO application_identifier (tenant_id, hash, application_id) SELECT md5(n::text)::uuid, sha256('x'), gen_random_uuid() FROM generate_series(1, 3000) n;
INSERT INTO saved_filter (tenant_id, id, owner_id, name, filter, created_at) SELECT md5(n::text)::uuid, gen_random_uuid(), gen_random_uuid(), 'x', '{}', now() FROM generate_series(1, 3000) n;
INSERT INTO counter (tenant_id, code, agency, name, address, services) SELECT md5(n::text)::uuid, 'loket', 'rsud', '{}', '{}', '{kia}' FROM generate_series(1, 3000) n;
INSERT INTO counter_rule (tenant_id, counter, effective_from, hours, slot_minutes, capacity, open_days)
SELECT md5(n::text)::uuid, 'loket', '2026-01-01', '{}', 30, 1, 14 FROM generate_series(1, 3000) n;
INSERT INTO service_day (tenant_id, service_code, day, quota) SELECT md5(n::text)::uuid, 'kia', '2026-01-01', 1 FROM generate_series(1, 3000) n;
INSERT INTO service_month (tenant_id, service_code, month, quota) SELECT md5(n::text)::uuid, 'kia', '2026-01-01', 1 FROM generate_series(1, 3000) n;
INSERT INTO usage_touch (tenant_id, hour, id) SELECT md5(n::text)::uuid, date_trunc('hour', now()), gen_random_uuid() FROM generate_series(1, 3000) n;`

const crowdSQL = `
INSERT INTO bank_line (tenant_id, id, statement_id, account, identity, day, sen, text, reference, payer, payer_account, virtual, state)
SELECT :city, gen_random_uuid(), gen_random_uuid(), '820', n::text, '2026-01-01'::date + n % 300, n * 100, 'x', '', '', '', '', CASE n % 20 WHEN 0 THEN 'proposed' ELSE 'matched' END
  FROM generate_series(1, 10000) n;
INSERT INTO party (tenant_id, id, city, name, address) SELECT :city, md5('p' || n)::uuid, md5('c' || n)::uuid, 'x', 'x' FROM generate_series(1, 10000) n;
INSERT INTO invoice (tenant_id, id, kind, series, year, seq, number, party_id, party, issued_on, due_on, net, tax, total, withholdable, note, finalised_at, finalised_by)
SELECT :city, md5('i' || n)::uuid, 'invoice', 'INV', 2026, 100000 + n, 'INV/2026/' || 100000 + n, md5('p' || n % 100)::uuid, '{}', '2026-01-01', '2026-01-01', 1, 0, 1, 0, '', now(), gen_random_uuid()
  FROM generate_series(1, 10000) n;
INSERT INTO invoice_entry (tenant_id, id, party_id, invoice_id, kind, amount, on_day, at, by)
SELECT :city, gen_random_uuid(), md5('p' || n % 100)::uuid, md5('i' || n)::uuid, 'charge', 1, '2026-01-01', now(), gen_random_uuid() FROM generate_series(1, 10000) n;
INSERT INTO invoice_reminder (tenant_id, invoice_id, days, say, on_day, limits_from, at)
SELECT :city, md5('i' || n)::uuid, n % 7, 'overdue', '2026-01-01', CASE n % 50 WHEN 0 THEN '2026-02-01'::date END, now() FROM generate_series(1, 10000) n;
INSERT INTO invoice_hold (tenant_id, id, invoice_id, until, reason, made_at, made_by) SELECT :city, gen_random_uuid(), md5('i' || n)::uuid, '2026-03-01', 'x', now(), gen_random_uuid() FROM generate_series(1, 10000) n;
INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at)
SELECT :city, md5('account' || i)::uuid, CASE WHEN i % 100 = 0 THEN 'staff' ELSE 'resident' END, 'active', 'Warga ' || lpad(i::text, 5, '0'), 'id',
	'x', decode(md5(i::text), 'hex'), now() FROM generate_series(1, 10000) i;
INSERT INTO account_role (tenant_id, account_id, role, agency, granted_at)
SELECT :city, md5('account' || i)::uuid, 'officer', CASE WHEN i % 300 = 0 THEN 'disdukcapil' ELSE 'dinkes' END, now() FROM generate_series(100, 10000, 100) i;
INSERT INTO credential (tenant_id, id, account_id, kind, secret, created_at)
SELECT :city, gen_random_uuid(), md5('account' || i)::uuid, 'password', 'x', now() FROM generate_series(1, 10000) i;
INSERT INTO sign_in_total (tenant_id, login, tries, ends_at) SELECT :city, decode(md5(i::text), 'hex'), 1, now() FROM generate_series(1, 10000) i;
INSERT INTO track_attempt (tenant_id, number, tries, since) SELECT :city, i::text, 1, now() FROM generate_series(1, 10000) i;
INSERT INTO sign_in_failure (tenant_id, handle, failures, last_at) SELECT :city, decode(md5(i::text), 'hex'), 1, now() FROM generate_series(1, 10000) i;
INSERT INTO account_link (tenant_id, id, account_id, purpose, hash, created_at, expires_at)
SELECT :city, gen_random_uuid(), md5('account' || i)::uuid, 'reset', decode(md5(i::text), 'hex'), now(), now() + interval '1 hour' FROM generate_series(1, 10000) i;
INSERT INTO registration (tenant_id, id, hash, name, locale, email, email_hash, password, created_at, expires_at)
SELECT :city, gen_random_uuid(), decode(md5(i::text), 'hex'), 'W', 'id', 'x', 'x', 'x', now(), now() + interval '1 hour' FROM generate_series(1, 10000) i;
INSERT INTO session (tenant_id, id, account_id, hash, created_at, seen_at, idle_at, expires_at, ip, agent)
SELECT :city, gen_random_uuid(), md5('account' || i)::uuid, decode(md5(i::text), 'hex'), now(), now(), now() + interval '1 day', now() + interval '7 days', '', ''
FROM generate_series(1, 10000) i;
INSERT INTO application (tenant_id, id, number, receipt_token, service_code, service_name, agency_code, agency_name, agency_short, account_id, channel,
	locale, form_code, form_version, workflow_code, workflow_version, state, stage, clock, version, answers, subject_hash, phone_hash, applicant_name,
	name_key, submit_key, submitted_at, due_at, closed_at, assignee_id, queue_rank, queue_at, created_at, updated_at)
SELECT :city, md5('application' || i)::uuid, 'BTM-26-' || lpad(i::text, 5, '0') || '-X', md5(i::text), 'ktp-el-hilang', '{}',
	CASE WHEN i % 4 = 0 THEN 'disdukcapil' ELSE 'dinkes' END, '{}', 'D', md5('account' || i)::uuid, 'web', 'id', 'ktp-el-hilang', 1, 'adminduk', 1,
	CASE WHEN i % 3 = 0 THEN 'completed' ELSE 'submitted' END, CASE WHEN i % 3 = 0 THEN 'completed' ELSE 'received' END,
	CASE WHEN i % 3 = 0 THEN 'stopped' ELSE 'running' END, 2, '{}', 'x', 'x', 'Warga ' || lpad(i::text, 5, '0'), 'warga ' || lpad(i::text, 5, '0'), 'k' || i,
	now() - interval '5 days', now() + i * interval '7 minutes', CASE WHEN i % 3 = 0 THEN now() - i * interval '1 hour' END,
	CASE WHEN i % 5 = 0 THEN md5('account' || i / 500 * 100)::uuid END, CASE WHEN i % 3 = 0 THEN 2 ELSE i % 4 END, now() + (i / 2) * interval '7 minutes', now(), now()
FROM generate_series(1, 10000) i;
INSERT INTO absence (tenant_id, id, agency_code, account_id, account_name, substitute_id, substitute_name, from_day, to_day, set_by, set_at, ended_at)
SELECT :city, md5('absence' || i)::uuid, CASE WHEN i % 4 = 0 THEN 'disdukcapil' ELSE 'dinkes' END, md5('account' || i)::uuid, 'W', md5('account' || i + 1)::uuid, 'W',
	current_date + i / 10 - 500, current_date + i / 10 - 495, md5('account' || i)::uuid, now(), CASE WHEN i % 9 = 0 THEN now() END FROM generate_series(1, 9999) i;
INSERT INTO workflow_task (tenant_id, id, subject_kind, subject_id, round, state, branch, agency_code, agency_name, status, version, outcome, opened_at, due_at, queue_at, closed_at)
SELECT :city, md5('task' || i)::uuid, 'application', md5('application' || i)::uuid, 1, 'rekomendasi', 'dinas', CASE WHEN i % 4 = 0 THEN 'disdukcapil' ELSE 'dinkes' END, '{}',
	CASE WHEN i % 5 = 0 THEN 'open' ELSE 'answered' END, 1, CASE WHEN i % 5 = 0 THEN '' ELSE 'setuju' END, now() - i * interval '1 hour', now() + i * interval '7 minutes',
	now() + i * interval '7 minutes', CASE WHEN i % 5 > 0 THEN now() END FROM generate_series(1, 10000) i;
INSERT INTO workflow_timer (tenant_id, id, subject_kind, subject_id, what, name, at, sent, from_at)
SELECT :city, gen_random_uuid(), 'application', md5('application' || i)::uuid, 'take', 'batal', now() + (i - 20) * interval '7 minutes', i % 2 = 0,
	CASE WHEN i % 10 = 0 THEN now() END FROM generate_series(1, 10000) i;
INSERT INTO application_stay (tenant_id, id, agency_code, service_code, workflow_code, state, since, left_at, stood, kept)
SELECT :city, gen_random_uuid(), CASE WHEN i % 10 = 0 THEN 'disdukcapil' ELSE 'dinkes' END, 'kia', 'adminduk', 'submitted', now() - i * interval '1 hour', now() - i * interval '1 hour', i, i % 2 = 0
	FROM generate_series(1, 10000) i;
INSERT INTO application_obstacle (tenant_id, application_id, service_code, state, action, letters, since, tried_at)
SELECT :city, md5('application' || i)::uuid, 'layanan-' || i % 100, 'submitted', '', 'x', now() - i * interval '1 hour', now() - i * interval '1 minute'
	FROM generate_series(1, 10000) i;
INSERT INTO workflow_answer (tenant_id, id, subject_kind, subject_id, page, version, answers, actor_id, at)
SELECT :city, gen_random_uuid(), 'application', md5('application' || i)::uuid, 'act:setujui', 1, '{}', md5('account' || i)::uuid, now() FROM generate_series(1, 10000) i;
INSERT INTO counter_slot (tenant_id, counter, starts_at, ends_at, capacity, booked)
SELECT :city, 'disdukcapil-loket', now() + i * interval '30 minutes', now() + (i + 1) * interval '30 minutes', 10, 3 FROM generate_series(-5000, 5000) i;
INSERT INTO counter_day (tenant_id, counter, day, quota, booked) SELECT :city, 'disdukcapil-loket', current_date + i, 100, 30 FROM generate_series(-5000, 5000) i;
INSERT INTO booking (tenant_id, id, code, counter, agency, service, account_id, day, starts_at, ends_at, state, key, channel, locale, created_at, updated_at)
SELECT :city, md5('booking' || i)::uuid, 'J-' || i, 'disdukcapil-loket', 'disdukcapil', 's' || i % 7, md5('account' || i)::uuid, current_date + i / 30 - 160,
	now() + (i / 30 - 160) * interval '1 day', now() + (i / 30 - 160) * interval '1 day' + interval '30 minutes',
	CASE WHEN i / 30 >= 160 THEN 'booked' ELSE 'done' END, 'k' || i, 'web', 'id', now(), now() FROM generate_series(1, 10000) i;
INSERT INTO application_event (tenant_id, id, application_id, at, version, action, actor_id, actor_kind, public)
SELECT :city, gen_random_uuid(), md5('application' || i % 10000)::uuid, now(), 1, 'submitted', md5('account' || i)::uuid, 'resident', true FROM generate_series(1, 20000) i;
INSERT INTO file (tenant_id, id, owner_id, purpose, name, mime, size, sha256, key, created_at)
SELECT :city, md5('file' || i)::uuid, md5('account' || i)::uuid, 'application', 'kk.jpg', 'image/jpeg', 1000, sha256('x'), '00/' || substr(md5(i::text), 1, 26), now()
FROM generate_series(1, 10000) i;
INSERT INTO application_file (tenant_id, application_id, file_id, field, added_at)
SELECT :city, md5('application' || i)::uuid, md5('file' || i)::uuid, 'file_kk', now() FROM generate_series(1, 10000) i;
INSERT INTO application_answer (tenant_id, application_id, agency_code, at, words)
SELECT :city, md5('application' || i)::uuid, CASE WHEN i % 4 = 0 THEN 'disdukcapil' ELSE 'dinkes' END, now(), to_tsvector('simple', 'pasar ' || i) FROM generate_series(1, 10000) i;
INSERT INTO application_identifier (tenant_id, hash, application_id)
SELECT :city, decode(md5(i::text), 'hex'), md5('application' || i)::uuid FROM generate_series(1, 10000) i;
INSERT INTO issued_document (tenant_id, id, subject_kind, subject_id, subject_number, service_code, agency_code, holder_id, document_code, document_version,
	title, number, series, year, seq, token, file_id, sha256, holder_masked, agency_name, signer_title, status, issued_at, valid_until)
SELECT :city, gen_random_uuid(), 'application', md5('application' || i)::uuid, 'BTM-' || i, 'ktp-el-hilang', 'disdukcapil', md5('account' || i)::uuid, 'x', 1,
	'{}', i::text, 'ktp-el-hilang', 2026, i, md5(i::text), md5('file' || i)::uuid, sha256('x'), 'W', '{}', '{}', 'valid', now() - i * interval '1 hour',
	CASE WHEN i % 3 = 0 THEN now() + i * interval '1 day' END FROM generate_series(1, 10000) i;
INSERT INTO file_scan (tenant_id, file_id, state, next_at, created_at)
SELECT :city, md5('file' || i)::uuid, CASE WHEN i % 500 = 0 THEN 'waiting' ELSE 'clean' END, now() + i * interval '1 minute', now() FROM generate_series(1, 10000) i;
INSERT INTO case_batch (tenant_id, id, action, reason, created_by, created_at)
SELECT :city, md5('batch' || i)::uuid, 'approve', '', md5('account' || i)::uuid, now() FROM generate_series(1, 100) i;
INSERT INTO case_batch_item (tenant_id, batch_id, application_id, number, version, state)
SELECT :city, md5('batch' || i % 100 + 1)::uuid, md5('application' || i)::uuid, '', 1, CASE WHEN i % 7 = 0 THEN 'waiting' WHEN i % 11 = 0 THEN 'failed' ELSE 'done' END
FROM generate_series(1, 10000) i;
INSERT INTO message (tenant_id, id, account_id, template, key, inbox, status, created_at)
SELECT :city, gen_random_uuid(), md5('account' || i)::uuid, 'x', 'k' || i, false, CASE WHEN i % 100 = 0 THEN 'failed' ELSE 'sent' END, now() - i * interval '1 minute' FROM generate_series(1, 10000) i;
INSERT INTO audit_entry (tenant_id, id, at, actor_id, actor_kind, action, object, object_id)
SELECT :city, ('01900000-' || substr(md5('entry' || i), 1, 4) || '-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, now() - i * interval '10 minutes',
	md5('account' || i)::uuid, 'staff', CASE WHEN i % 7 = 0 THEN 'application.submit' ELSE 'session.sign_in' END,
	CASE WHEN i % 3 = 0 THEN 'application' ELSE 'account' END, md5('application' || i)::uuid FROM generate_series(1, 10000) i;
INSERT INTO audit_link (tenant_id, seq, entry_id, hash)
SELECT tenant_id, row_number() OVER (ORDER BY id), id, sha256('x') FROM audit_entry WHERE tenant_id = :city;
INSERT INTO outbox (tenant_id, id, kind, queue, payload, max_retry, timeout_ms, state, run_at, check_at, ended_at)
SELECT :city, gen_random_uuid(), 'x.y.v1', 'low', '{}', 1, 1000, CASE WHEN i % 100 = 0 THEN 'waiting' WHEN i % 100 = 1 THEN 'sent' ELSE 'done' END,
	now() + interval '1 day', now() + interval '1 day', now() FROM generate_series(1, 10000) i;
INSERT INTO processed (tenant_id, task_id) SELECT :city, gen_random_uuid() FROM generate_series(1, 10000);
INSERT INTO planned_run (tenant_id, name, planned_at) SELECT :city, 'x.y', now() - i * interval '1 minute' FROM generate_series(1, 10000) i;
INSERT INTO usage_event (tenant_id, time, source, id, type, subject, agency, service, channel, quantity)
SELECT :city, now() + (i - 7000) * interval '15 minutes', 'x', i::text, 'application_submitted', '', 'disdukcapil', 'ktp-el-hilang', 'web', 1 FROM generate_series(1, 10000) i;
INSERT INTO usage_hour (tenant_id, hour, type, agency, service, channel, subject, events, total, peak)
SELECT :city, date_trunc('hour', now()) - h * interval '1 hour', 'application_submitted', '', 's' || s, 'web', '', 1, 1, 1
FROM generate_series(1, 3000) h, generate_series(1, 3) s;
INSERT INTO usage_day (tenant_id, day, type, agency, service, channel, subject, taken, events, total, peak)
SELECT :city, date_bin('24 hours', now(), '2000-01-01 00:00+00') - d * interval '24 hours', 'application_submitted', '', 's' || s, 'web', '', '-infinity', 1, 1, 1
FROM generate_series(1, 1000) d, generate_series(1, 10) s;
INSERT INTO usage_month (tenant_id, starts, ends, type, subject, taken, events, total, peak)
SELECT :city, date_trunc('month', now()) - m * interval '1 month', date_trunc('month', now()) - (m - 1) * interval '1 month', 'staff_active', 's' || s, '-infinity', 1, 1, 1
FROM generate_series(1, 100) m, generate_series(1, 100) s;
INSERT INTO external_app (tenant_id, id, name, agency, source, contact, services, created_at, created_by)
SELECT :city, md5('app' || i)::uuid, 'App ' || i, 'dinkes', 'https://app.go.id/' || i, 'x', '{x}', now(), gen_random_uuid() FROM generate_series(1, 50) i;
INSERT INTO api_key (tenant_id, id, owner_kind, owner_id, prefix, hash, scopes, per_minute, created_at, created_by, expires_at)
SELECT :city, gen_random_uuid(), 'external_app', md5('app' || i)::uuid, 'k' || i, sha256('x'), '{status:write}', 60, now(), gen_random_uuid(), now() FROM generate_series(1, 2000) i;
INSERT INTO external_application (tenant_id, id, app_id, reference, agency, service, stage, stage_at, stage_event, stamps, nik_hash, email_hash, due_at,
	first_at, decided_at, closed_at, queue_rank, queue_at, updated_at)
SELECT :city, md5('external' || i)::uuid, md5('app' || 1 + i % 50)::uuid, 'R' || i, CASE WHEN i % 4 = 0 THEN 'disdukcapil' ELSE 'dinkes' END, 'ktp-el-hilang',
	CASE WHEN i % 3 = 0 THEN 'completed' ELSE 'in_review' END, now() - i * interval '1 hour', '1', '{}', decode(md5(i::text), 'hex'), decode(md5('e' || i), 'hex'),
	now() + i * interval '7 minutes', now() - i * interval '1 hour', CASE WHEN i % 3 = 0 THEN now() - i * interval '1 hour' END,
	CASE WHEN i % 3 = 0 THEN now() - i * interval '1 hour' END, CASE WHEN i % 3 = 0 THEN 2 ELSE i % 4 END, now() + i * interval '7 minutes', now() FROM generate_series(1, 10000) i;
INSERT INTO external_event (tenant_id, app_id, event_id, application_id, service, stage, label, at, received_at)
SELECT :city, md5('app' || 1 + i % 50)::uuid, i::text, md5('external' || i)::uuid, 'ktp-el-hilang', 'received', '', now(), now() FROM generate_series(1, 10000) i;
INSERT INTO external_delivery (tenant_id, id, app_id, key_id, at, mode, accepted, duplicates, refused)
SELECT :city, gen_random_uuid(), md5('app' || 1 + i % 50)::uuid, gen_random_uuid(), now(), 'batch', 1, 0, 0 FROM generate_series(1, 10000) i;
INSERT INTO external_link (tenant_id, account_id, nik_hash, linked_at) SELECT :city, md5('account' || i)::uuid, decode(md5(i::text), 'hex'), now() FROM generate_series(1, 10000) i;
INSERT INTO dashboard_application (tenant_id, application_id, service, agency, received_at, received_day)
SELECT :city, md5('application' || i)::uuid, 'ktp-el-hilang', 'disdukcapil', now(), current_date - i % 400 FROM generate_series(1, 10000) i;
INSERT INTO dashboard_day (tenant_id, day, agency, service, received, approved, rejected, on_time, working_days, escalated, cancelled)
SELECT :city, current_date - d, 'disdukcapil', 's' || s, 1, 0, 0, 0, 0, 0, 0 FROM generate_series(0, 499) d, generate_series(1, 20) s;`
