//go:build !race

package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
	"bedelau/internal/saas/metering"
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
	a, w := newAppAndWorld(t, func(a *App) {
		a.DB.App, a.DB.Platform = a.DB.App.WithQueryHook(seen.hook(false)), a.DB.Platform.WithQueryHook(seen.hook(true))
		a.sweep = 20 * time.Millisecond
	})
	batam, ctx := a.city(t, "batam")
	_, resident := a.signIn(t, "warga@batam.localhost")
	token, officer := a.signIn(t, "petugas@batam.localhost")
	_, admin := a.signIn(t, "admin@batam.localhost")
	filed := a.fileKTP(t, ctx, resident, "2171046703900003")
	crowd(t, w)

	for _, r := range slices.Concat(a.hotPages(token, resident, filed.Application), a.hotDesks(officer, admin, filed.Application), a.hotRecords(ctx, admin), a.hotDucts(batam.ID), a.hotPartners(ctx, batam.ID), a.hotOrders(batam.ID), a.hotWaves(batam.ID)) {
		seen.watch(r.name, func() { r.run(ctx) })
	}
	seen.watch("jobs", func() { a.runJobs(t, seen) })
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
				here, _ := inbox.Parted(q.Items)
				_, _ = a.Casework.List(ctx, actor, here)
			}})
		}
		for _, v := range []inbox.View{inbox.ViewAll, inbox.ViewLate, inbox.ViewWaiting, inbox.ViewDone} {
			all = append(all, hotRead{fmt.Sprintf("other apps in the queue of %s, %s", who, v), func(ctx context.Context) {
				f := inbox.Filter{View: v, Source: inbox.InApps}
				q, _ := a.Inbox.Queue(ctx, actor, inbox.Query{Filter: f})
				_, told := inbox.Parted(q.Items)
				_, _ = a.External.List(ctx, actor, told)
				_, _ = a.External.Sources(ctx, actor)
				for _, id := range told[:min(len(told), 1)] {
					_, _ = a.External.Get(ctx, actor, id)
					_, _ = a.Inbox.Neighbours(ctx, actor, f, id)
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
		hotRead{"requests of other offices", func(ctx context.Context) {
			_, _ = a.Casework.TasksOpen(ctx, officer)
			_, _ = a.Casework.TasksOpen(ctx, admin)
		}},
		hotRead{"workload", func(ctx context.Context) { _, _ = a.Inbox.Workload(ctx, admin, "") }},
		hotRead{"time per step", func(ctx context.Context) { _, _ = a.Casework.Paces(ctx, admin, "disdukcapil") }},
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
		{"lines of a bank that wait for a decision", func(ctx context.Context) { _, _ = a.Finance.Payin.Lines(ctx, a.DB.App, payin.Proposed, uuid.Nil) }},
		{"from when a city is held back", func(ctx context.Context) { _, _ = arrears.LimitsFrom(ctx, a.DB.App, uuid.NewMD5(uuid.Nil, nil)) }},
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
		{"forecast of a month", func(ctx context.Context) { _, _ = a.Billing.Forecast(ctx, city, month) }},
		{"events behind a number", func(ctx context.Context) {
			t := metering.Trail{Meter: "applications_submitted", From: month.AddDate(0, 0, -7), Before: month}
			page, _, _ := a.Metering.Events(ctx, city, t)
			if len(page) > 0 {
				t.After = page[len(page)-1].Place()
				_, _, _ = a.Metering.Events(ctx, city, t)
			}
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
func (a *App) runJobs(t *testing.T, seen *watcher) {
	t.Helper()
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
	"INSERT INTO duct_order_promise", "FROM v_duct_promise", // commitments that become orders
}
