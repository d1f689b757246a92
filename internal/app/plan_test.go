package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// hotRead is something that pages, programs or the background do all the time. run calls the service; what it answers
// is tested elsewhere, and refusals of made-up ids do no harm here.
type hotRead struct {
	name string
	run  func(ctx context.Context)
}

// TestHotReadsUseIndexes is the list of the hot reads. It watches what statements each sends, and asks PostgreSQL for
// their plans as the role that sends them, under row-level security, in a database of many cities where one has 10,000
// of everything that grows. No plan may read a city's table from end to end, nor throw most of what it reads away. A
// read that is added to the product is added here; one that fails needs an index.
func TestHotReadsUseIndexes(t *testing.T) {
	t.Parallel()
	seen := &watcher{}
	a, w := newEmptyApp(t, seen.hook)
	if err := a.seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, ctx := a.city(t, "batam")
	_, resident := a.signIn(t, "warga@batam.localhost")
	token, officer := a.signIn(t, "petugas@batam.localhost")
	_, admin := a.signIn(t, "admin@batam.localhost")
	filed := a.fileKTP(t, ctx, resident, "2171046703900003")
	crowd(t, w)

	for _, r := range slices.Concat(a.hotPages(token, resident, filed.Application), a.hotDesks(officer, admin, filed.Application), a.hotRecords(ctx, admin)) {
		seen.watch(r.name, func() { r.run(ctx) })
	}
	seen.watch("jobs", func() { a.runJobs(t, seen, ctx) })
	// Only now, when no more are taken down: the workers go on until the end.
	seen.drop(func(s *statement) bool {
		return s.name == "jobs" && !slices.ContainsFunc(background, func(part string) bool { return strings.Contains(s.text, part) })
	})

	cities := tenantTables(t, w)
	for _, q := range seen.all() {
		q.judge(t, w, cities)
	}
	for _, r := range seen.idle {
		t.Errorf("%s: no statement was sent", r)
	}
}

// hotPages are what residents and visitors ask for.
func (a *App) hotPages(token string, resident identity.Actor, app application.Application) []hotRead {
	return []hotRead{
		{"person of a session", func(ctx context.Context) { _, _ = a.Identity.Resolve(ctx, token) }},
		{"sessions of a person", func(ctx context.Context) { _, _ = a.Identity.Sessions(ctx, resident) }},
		{"sign-in", func(ctx context.Context) {
			_, _ = a.Identity.SignIn(ctx, identity.SignInInput{Login: "warga@batam.localhost", Password: demoPassword, IP: "127.0.0.1"})
		}},
		{"catalogue, head and list", func(ctx context.Context) { _, _ = catalog.New(a.DB.App).List(ctx, catalog.Filter{}) }},
		{"catalogue, one service", func(ctx context.Context) { _, _ = catalog.New(a.DB.App).Find(ctx, "ktp-el-hilang") }},
		{"catalogue, search", func(ctx context.Context) { _, _ = a.Catalog.Search(ctx, "ktp ilang", 10) }},
		{"dashboard", func(ctx context.Context) { _, _ = a.Dashboard.Public(ctx, time.Now()) }},
		{"list of a resident", func(ctx context.Context) { _, _ = a.Casework.Mine(ctx, resident) }},
		{"list of a resident, other apps", func(ctx context.Context) {
			_ = a.External.Link(ctx, resident, "2171046703900003")
			_, _ = a.External.Mine(ctx, resident)
		}},
		{"documents of a resident", func(ctx context.Context) { _, _ = a.Casework.Issued(ctx, resident, []uuid.UUID{app.ID}) }},
		{"page of a resident's list", func(ctx context.Context) {
			for _, over := range []bool{false, true} {
				_, _ = a.Casework.MinePage(ctx, resident, over, uuid.Max, 31)
				_, _ = a.External.MinePage(ctx, resident, over, external.Place{At: time.Now(), ID: uuid.Max}, 31)
			}
		}},
		{"may a resident apply again", func(ctx context.Context) { _ = a.Casework.MayStart(ctx, resident, "ktp-el-hilang") }},
		{"application of a resident", func(ctx context.Context) { _, _ = a.Casework.Get(ctx, resident, app.ID) }},
		{"tracking by number", func(ctx context.Context) { _, _ = a.Casework.Track(ctx, app.Number, "1234") }},
		{"document by its token", func(ctx context.Context) { _, _ = a.Casework.Verify(ctx, strings.Repeat("a", 26)) }},
		{"counters of a service", func(ctx context.Context) { _, _ = a.Booking.Counters(ctx, booking.Filter{Service: "kia"}) }},
		{"days of a counter", func(ctx context.Context) { _, _, _ = a.Booking.Days(ctx, "disdukcapil-loket") }},
		{"slots of a day", func(ctx context.Context) {
			_, _, _ = a.Booking.Slots(ctx, "disdukcapil-loket", time.Now().AddDate(0, 0, 1).Format(time.DateOnly))
		}},
		{"book", func(ctx context.Context) { a.bookNext(ctx, resident) }},
		{"appointments of a resident", func(ctx context.Context) { _, _ = a.Booking.Mine(ctx, resident) }},
		{"file by id", func(ctx context.Context) { _, _ = a.Files.Find(ctx, a.DB.App, uuid.New()) }},
	}
}

// bookNext takes the next free place at a counter and moves on to the one after it.
func (a *App) bookNext(ctx context.Context, resident identity.Actor) {
	next, err := a.Booking.Next(ctx, "disdukcapil-loket", time.Now())
	if err != nil || len(next) < 2 {
		return
	}
	b, err := a.Booking.Book(ctx, resident, booking.BookInput{Counter: "disdukcapil-loket", Service: "kia", StartsAt: next[0].StartsAt,
		Key: "plan", Channel: event.ChannelWeb})
	if err == nil {
		_, _ = a.Booking.Reschedule(ctx, resident, b.ID, next[1].StartsAt)
	}
}

// hotDesks are what officers ask for all day, of one agency and of the whole city.
func (a *App) hotDesks(officer, admin identity.Actor, app application.Application) []hotRead {
	var all []hotRead
	for who, actor := range map[string]identity.Actor{"an agency": officer, "the city": admin} {
		for _, v := range inbox.Views() {
			all = append(all, hotRead{fmt.Sprintf("queue of %s, %s", who, v), func(ctx context.Context) {
				q, _ := a.Inbox.Queue(ctx, actor, inbox.Query{Filter: inbox.Filter{View: v}})
				if q.Next != "" {
					_, _ = a.Inbox.Queue(ctx, actor, inbox.Query{Filter: inbox.Filter{View: v}, Cursor: q.Next})
				}
				_, _ = a.Casework.List(ctx, actor, q.IDs)
			}})
		}
		for _, v := range external.Views() {
			all = append(all, hotRead{fmt.Sprintf("other apps of %s, %s", who, v), func(ctx context.Context) {
				q, _ := a.External.Queue(ctx, actor, external.Filter{View: v})
				if q.Next != "" {
					_, _ = a.External.Queue(ctx, actor, external.Filter{View: v, Cursor: q.Next})
				}
			}})
		}
		for _, typed := range []string{"warga 19", "BTM-26-001", app.Number} {
			all = append(all, hotRead{fmt.Sprintf("queue of %s, search for %s", who, typed), func(ctx context.Context) {
				_, _ = a.Inbox.Queue(ctx, actor, inbox.Query{Search: typed})
			}})
		}
	}
	for _, f := range []document.Filter{{}, {Status: document.Valid}, {Status: document.Expired}, {Search: "77"}, {Search: "BTM-77"},
		{From: time.Now().AddDate(0, 0, -7), To: time.Now()}} {
		all = append(all, hotRead{fmt.Sprintf("register of documents %+v", f), func(ctx context.Context) { _, _, _ = a.Documents.List(ctx, admin, f) }})
	}
	return append(all,
		hotRead{"documents to sign", func(ctx context.Context) { _, _, _ = a.Documents.Waiting(ctx, officer, "") }},
		hotRead{"saved filters", func(ctx context.Context) { _, _ = a.Inbox.Saved(ctx, officer) }},
		hotRead{"workload", func(ctx context.Context) { _, _ = a.Inbox.Workload(ctx, admin, "") }},
		hotRead{"neighbours", func(ctx context.Context) { _, _ = a.Inbox.Neighbours(ctx, officer, inbox.Filter{}, app.ID) }},
		hotRead{"next at a desk", func(ctx context.Context) { _, _ = a.Casework.TakeNext(ctx, officer, app.ID) }},
		hotRead{"search by NIK", func(ctx context.Context) { _, _ = a.Casework.ByIdentifier(ctx, officer, form.NIK, "2171046703900003") }},
		hotRead{"application at a desk", func(ctx context.Context) { _, _ = a.Casework.Get(ctx, officer, app.ID) }},
		hotRead{"a day at a counter", func(ctx context.Context) { _, _ = a.Booking.Roster(ctx, officer, "disdukcapil-loket", "") }},
		hotRead{"form in the builder", func(ctx context.Context) { _, _ = a.Builder.Forms.Open(ctx, admin, "ktp-el-hilang") }},
		hotRead{"workflow in the builder", func(ctx context.Context) { _, _ = a.Builder.Workflows.Open(ctx, admin, "adminduk") }},
		hotRead{"service in the editor", func(ctx context.Context) {
			_, _ = a.Editor.Open(ctx, admin, "ktp-el-hilang")
			_, _ = a.Editor.Find(ctx, admin, "ktp-el-hilang")
			_, _ = a.Editor.History(ctx, admin, "ktp-el-hilang")
		}},
		hotRead{"beginnings in the editor", func(ctx context.Context) { _, _ = a.Editor.Beginnings(ctx, admin) }},
		hotRead{"tariffs", func(ctx context.Context) {
			_, _ = a.Tariffs.All(ctx, admin)
			_, _ = a.Tariffs.Versions(ctx, admin, "reklame-nsr")
			_, _ = tariff.Known(ctx, a.DB.App)
		}},
		hotRead{"what a service can be made of", func(ctx context.Context) { _, _ = a.Editor.Kept(ctx, admin) }},
		hotRead{"tasks to count again", func(ctx context.Context) {
			_, _ = workflow.OpenTasks(ctx, a.DB.App, application.SubjectKind, uuid.Nil, 200)
		}},
		hotRead{"steps to count again", func(ctx context.Context) {
			_, _ = workflow.CountedTimers(ctx, a.DB.App, application.SubjectKind, uuid.Nil, 200)
		}},
		hotRead{"colleagues", func(ctx context.Context) { _, _ = a.Casework.Colleagues(ctx, officer, app.ID) }},
	)
}

// hotRecords are what administrators, auditors and the BUMD ask for.
func (a *App) hotRecords(ctx context.Context, admin identity.Actor) []hotRead {
	city, _ := tenancy.CityFrom(ctx)
	month := time.Now()
	list := func(f audit.Filter) func(context.Context) {
		return func(ctx context.Context) {
			p, _ := audit.List(ctx, a.DB.App, f)
			f.Cursor = p.Next
			_, _ = audit.List(ctx, a.DB.App, f)
		}
	}
	return []hotRead{
		{"an app pushes a status", func(ctx context.Context) { a.pushStatus(ctx, admin) }},
		{"messages that wait", func(ctx context.Context) { _, _, _ = a.Notify.Backlog(ctx) }},
		{"audit list", list(audit.Filter{})},
		{"audit list of one actor", list(audit.Filter{ActorID: admin.ID})},
		{"audit list of one kind of thing", list(audit.Filter{Object: "application"})},
		{"audit list of a week", list(audit.Filter{From: month.AddDate(0, 0, -7), To: month})},
		{"audit head", func(ctx context.Context) { _, _ = audit.Head(ctx, a.DB.App) }},
		{"audit chain", func(ctx context.Context) {
			_, _, _ = audit.VerifyPart(ctx, a.DB.App, audit.Anchor{Seq: 5000, Hash: make([]byte, 32)}, 1)
		}},
		{"audit seal", func(ctx context.Context) { _, _ = audit.Seal(ctx, a.DB.App) }},
		{"list of staff", func(ctx context.Context) { _, _ = a.Identity.ListStaff(ctx, identity.StaffFilter{}) }},
		{"search of staff", func(ctx context.Context) { _, _ = a.Identity.ListStaff(ctx, identity.StaffFilter{Search: "maya"}) }},
		{"names of actors", func(ctx context.Context) { _, _ = a.Identity.Names(ctx, []uuid.UUID{admin.ID}) }},
		{"holders of a role", func(ctx context.Context) { _, _ = a.Identity.Holders(ctx, "agency_head", "disdukcapil") }},
		{"permissions of a city", func(ctx context.Context) {
			if g, err := access.New(a.DB, a.Log); err == nil {
				_, _ = g.Roles(ctx)
				_ = g.Allow(ctx, admin, access.AuditRead)
			}
		}},
		{"usage of a month", func(ctx context.Context) { _, _ = a.Metering.Month(ctx, city, month) }},
		{"usage of a span", func(ctx context.Context) {
			_, _ = a.Metering.Quantities(ctx, city, month.AddDate(0, 0, -7).Truncate(time.Hour), month.Truncate(time.Hour))
		}},
		{"cost of a month", func(ctx context.Context) { _, _ = a.Billing.Estimate(ctx, city, month) }},
		{"usage of all cities", func(ctx context.Context) {
			_, _ = a.Metering.Cities(tenancy.Platform(ctx), []tenancy.City{city}, month)
		}},
	}
}

// pushStatus lets an agency's app tell of two applications, of which one is known.
func (a *App) pushStatus(ctx context.Context, admin identity.Actor) {
	app, err := a.External.RegisterApp(ctx, admin, external.AppInput{Name: "Simpus", Agency: "disdukcapil", Source: "https://x.go.id/a",
		Contact: "Bidang PIAK", Services: []string{"ktp-el-hilang"}})
	if err != nil {
		return
	}
	secret, _ := a.External.IssueKey(ctx, admin, app.ID, 90)
	program, _, err := a.APIKeys.Resolve(ctx, secret)
	if err != nil {
		return
	}
	for _, id := range []string{"1", "2"} {
		in := cloudevent.Read{Event: cloudevent.Event{ID: id, Source: app.Source, Type: external.StatusType, Subject: "A/1", Time: time.Now(),
			Data: []byte(`{"service":"ktp-el-hilang","stage":"received"}`)}}
		_, _ = a.External.Receive(ctx, program, cloudevent.Structured, []cloudevent.Read{in})
	}
	_, _ = a.External.Deliveries(ctx, admin, app.ID)
	_, _ = a.External.AppKeys(ctx, admin, app.ID)
	_, _ = a.External.Apps(ctx, admin)
}

// runJobs lets the background work until each of its own reads was seen, and a message went on its way.
func (a *App) runJobs(t *testing.T, seen *watcher, ctx context.Context) {
	t.Helper()
	r, err := jobs.New(a.DB, jobs.Options{Redis: string(a.Config.RedisURL), Poll: 20 * time.Millisecond, Sweep: 20 * time.Millisecond}, a.Directory, a.Log)
	if err == nil {
		err = r.Start(t.Context()) // relays and sweeps often; the program's own runner has the handlers
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop(t.Context())
	a.work(t)
	for _, part := range background {
		eventually(t, part, func() bool { return seen.has("jobs", part) })
	}
}

// background is by what the statements are known that run for every job, or many times an hour. Once a day the files of
// a city may be summed up and its messages looked through.
var background = []string{
	"SKIP LOCKED",                             // the relay
	"AS leased",                               // the sweep of the outbox
	"AS failed",                               // the backlog
	"RETURNING attempts, max_retry",           // a worker takes a job up
	"INSERT INTO processed",                   // and marks it done
	`"queued_at" FROM "message"`,              // a message goes on its way
	"next_alert_at IS NOT NULL",               // deadlines
	"SELECT FROM audit_link",                  // seals
	"DELETE FROM session", "FROM usage_touch", // sessions that ended, usage to roll up
}

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
	of := func(c tenancy.City) string { return strings.ReplaceAll(crowdSQL, ":city", "'"+c.ID.String()+"'") }
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
INSERT INTO application_identifier (tenant_id, hash, application_id) SELECT md5(n::text)::uuid, sha256('x'), gen_random_uuid() FROM generate_series(1, 3000) n;
INSERT INTO saved_filter (tenant_id, id, owner_id, name, filter, created_at) SELECT md5(n::text)::uuid, gen_random_uuid(), gen_random_uuid(), 'x', '{}', now() FROM generate_series(1, 3000) n;
INSERT INTO counter (tenant_id, code, agency, name, address, services) SELECT md5(n::text)::uuid, 'loket', 'rsud', '{}', '{}', '{kia}' FROM generate_series(1, 3000) n;
INSERT INTO counter_rule (tenant_id, counter, effective_from, hours, slot_minutes, capacity, open_days)
SELECT md5(n::text)::uuid, 'loket', '2026-01-01', '{}', 30, 1, 14 FROM generate_series(1, 3000) n;
INSERT INTO service_day (tenant_id, service_code, day, quota) SELECT md5(n::text)::uuid, 'kia', '2026-01-01', 1 FROM generate_series(1, 3000) n;
INSERT INTO service_month (tenant_id, service_code, month, quota) SELECT md5(n::text)::uuid, 'kia', '2026-01-01', 1 FROM generate_series(1, 3000) n;
INSERT INTO usage_touch (tenant_id, hour, id) SELECT md5(n::text)::uuid, date_trunc('hour', now()), gen_random_uuid() FROM generate_series(1, 3000) n;`

const crowdSQL = `
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
SELECT :city, now() + (i - 5000) * interval '13 minutes', 'x', i::text, 'application_submitted', '', 'disdukcapil', 'ktp-el-hilang', 'web', 1 FROM generate_series(1, 10000) i;
INSERT INTO usage_hour (tenant_id, hour, type, agency, service, channel, subject, events, total, peak)
SELECT :city, date_trunc('hour', now()) - h * interval '1 hour', 'application_submitted', '', 's' || s, 'web', '', 1, 1, 1
FROM generate_series(1, 3000) h, generate_series(1, 3) s;
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

// watcher notes the statements that are sent while something is watched.
type watcher struct {
	mu   sync.Mutex
	name string
	sent []*statement
	idle []string // what was watched and sent nothing
}

// statement is one that was sent, by its text before the arguments.
type statement struct {
	name, text, template string
	city                 tenancy.ID // nil for none
	platform             bool       // sent by the platform role
	prepared             bool
}

type roleHook struct {
	*watcher
	platform bool
}

func (w *watcher) hook(platform bool) bun.QueryHook { return roleHook{w, platform} }

func (h roleHook) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (h roleHook) AfterQuery(ctx context.Context, e *bun.QueryEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.name == "" || !slices.Contains([]string{"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}, strings.ToUpper(e.Operation())) {
		return
	}
	s := &statement{name: h.name, text: e.Query, template: e.QueryTemplate, platform: h.platform, prepared: tenancy.IsPrepared(ctx)}
	s.city, _ = tenancy.From(ctx)
	if s.template == "" {
		s.template = s.text
	}
	for _, other := range h.sent {
		if other.name == s.name && other.template == s.template {
			return // the same with other arguments
		}
	}
	h.sent = append(h.sent, s)
}

func (w *watcher) watch(name string, run func()) {
	set := func(to string) (sent int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.name = to
		return len(w.sent)
	}
	before := set(name)
	run()
	if set("") == before {
		w.idle = append(w.idle, name)
	}
}

func (w *watcher) has(name, part string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.sent, func(s *statement) bool { return s.name == name && strings.Contains(s.text, part) })
}

// drop forgets statements that are not this test's.
func (w *watcher) drop(which func(*statement) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = slices.DeleteFunc(w.sent, which)
}

func (w *watcher) all() []*statement {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}

// tenantTables are the tables, and their partitions, that hold a city's rows.
func tenantTables(t *testing.T, w *pgtest.World) map[string]bool {
	t.Helper()
	var names []string
	err := w.DB.App.NewRaw(`SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'`).Scan(tenancy.Platform(t.Context()), &names)
	if err != nil || len(names) < 30 {
		t.Fatalf("%d tables, %v", len(names), err)
	}
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

var (
	scanned = regexp.MustCompile(`Seq Scan on (\w+)`)
	removed = regexp.MustCompile(`Rows Removed by (?:Join )?Filter: (\d+)`)
)

// mostRemoved is how many rows a plan may read and throw away; a city of the crowd has twenty times that.
const mostRemoved = 500

// judge reads the statement's plan; what writes nothing is run as well, to count what it throws away.
func (s *statement) judge(t *testing.T, w *pgtest.World, cities map[string]bool) {
	t.Helper()
	how, db, ctx := "EXPLAIN ", w.DB.App, tenancy.Platform(t.Context())
	if first := strings.Fields(s.text)[0]; (first == "SELECT" || first == "WITH") && !strings.Contains(s.text, "INSERT INTO") {
		how = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
	}
	if s.platform {
		db = w.DB.Platform
	}
	if s.city != uuid.Nil {
		ctx = tenancy.WithID(ctx, s.city)
	}
	var lines []string
	if err := db.NewRaw(how+strings.ReplaceAll(s.text, "?", "??")).Scan(ctx, &lines); err != nil {
		t.Errorf("%s: %v\n%s", s.name, err, s.text)
		return
	}
	s.weigh(t, cities, strings.Join(lines, "\n"))
	if s.prepared && !strings.HasPrefix(s.text, "INSERT") { // which has but one plan
		s.weigh(t, cities, s.general(t, w, ctx))
	}
}

// general is the plan of a prepared statement for whatever values, which PostgreSQL may choose from the sixth use on.
func (s *statement) general(t *testing.T, w *pgtest.World, ctx context.Context) string {
	t.Helper()
	cfg, err := pgx.ParseConfig(w.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := bun.NewDB(sql.OpenDB(tenancy.NewConnector(*cfg)), pgdialect.New()) // of its own: nothing else is prepared there
	defer db.Close()
	var lines []string
	undone := errors.New("undone")
	err = tenancy.InTx(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("SET LOCAL plan_cache_mode = force_generic_plan").Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw(strings.ReplaceAll(s.text, "?", "??")).Exec(tenancy.Prepared(ctx)); err != nil {
			return err
		}
		var last struct {
			Name   string
			Values int
		}
		if err := tx.NewRaw(`SELECT name, coalesce(cardinality(parameter_types), 0) AS "values" FROM pg_prepared_statements`).Scan(ctx, &last); err != nil {
			return err
		}
		values := ""
		if last.Values > 0 {
			values = "(" + strings.TrimSuffix(strings.Repeat("NULL, ", last.Values), ", ") + ")"
		}
		if err := tx.NewRaw("EXPLAIN EXECUTE ?"+values, bun.Ident(last.Name)).Scan(ctx, &lines); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) || len(lines) == 0 {
		t.Errorf("%s, prepared: %v\n%s", s.name, err, s.text)
	}
	return strings.Join(lines, "\n")
}

// weigh looks for what a plan may not do.
func (s *statement) weigh(t *testing.T, cities map[string]bool, plan string) {
	t.Helper()
	var bad []string
	for _, m := range scanned.FindAllStringSubmatch(plan, -1) {
		if cities[m[1]] {
			bad = append(bad, "reads all of "+m[1])
		}
	}
	for _, m := range removed.FindAllStringSubmatch(plan, -1) {
		if n, err := strconv.Atoi(m[1]); err != nil || n > mostRemoved {
			bad = append(bad, "throws "+m[1]+" rows away")
		}
	}
	if len(bad) > 0 {
		t.Errorf("%s %s:\n%s\n%s", s.name, strings.Join(bad, ", "), s.text, plan)
	}
}
