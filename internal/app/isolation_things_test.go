package app

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/booking"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/city/phrase"
	"bedelau/internal/city/simulation"
	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/finance"
)

// cast makes the people and what they have: one resident's things in Batam, another's in Tanjungpinang.
func (a *App) cast(t *testing.T) (mine, foreign things, askers []asker) {
	t.Helper()
	_, batam := a.city(t, "batam")
	_, other := a.city(t, "tanjungpinang")
	tokenOf := func(email string) (string, identity.Actor) { t.Helper(); return a.signIn(t, email) }

	sitiToken, siti := tokenOf("warga@batam.localhost")
	budiToken, _ := tokenOf("warga2@batam.localhost")
	officerToken, officer := tokenOf("petugas@batam.localhost")
	strangerToken, _ := tokenOf("kominfo@batam.localhost")
	_, rudi := tokenOf("warga@tanjungpinang.localhost")
	_, lina := tokenOf("petugas@tanjungpinang.localhost")
	ownAdminToken, _ := tokenOf("admin@batam.localhost")
	adminToken, _ := tokenOf("admin@tanjungpinang.localhost")
	bumdToken, _ := tokenOf("bumd@platform.localhost")
	nongsaToken := a.limited(t, "21.71.04") // Siti lives in Batam Kota

	mine = a.thingsOf(t, batam, siti, officer, "2171046703900003")
	foreign = a.thingsOf(t, other, rudi, lina, "2172014101900002")
	const city = "batam.localhost"
	askers = []asker{
		{"anonymous", city, ""},
		{"resident A", city, sitiToken},
		{"resident B", city, budiToken},
		{"officer of another agency", city, strangerToken},
		{"officer of the same agency", city, officerToken},
		{"head of the same agency, of another district", city, nongsaToken},
		{"admin of the same city", city, ownAdminToken},
		{"admin of another city, there", "tanjungpinang.localhost", adminToken},
		{"admin of another city, here", city, adminToken},
		{"somebody of another company", city, a.anotherCompany(t)},
		{"BUMD, here", city, bumdToken},
		{"BUMD, on the platform", "localhost", bumdToken},
	}
	return mine, foreign, askers
}

// limited signs in a head of the civil registry of Batam who is limited to some areas.
func (a *App) limited(t *testing.T, areas ...string) string {
	t.Helper()
	const email, secret = "wilayah@batam.localhost", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	_, ctx := a.city(t, "batam")
	_, err := a.Identity.CreateStaff(ctx, identity.SeedInput{Name: "Kepala Wilayah", Email: email, Password: demoPassword,
		Roles: []string{"agency_head", "officer"}, Agency: "disdukcapil", Areas: areas, TOTPSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	token, actor := a.signInWith(t, ctx, email, secret)
	if len(actor.Areas) != len(areas) {
		t.Fatalf("signed in with %v", actor.Areas)
	}
	return token
}

// thingsOf lets one resident file an application which an officer approves, and collects every id that a route names.
func (a *App) thingsOf(t *testing.T, ctx context.Context, who, officer identity.Actor, nik string) things {
	t.Helper()
	d := a.fileKTP(t, ctx, who, nik)
	for _, in := range []casework.ActInput{{Action: "start_review"}, {Action: "approve", Reason: "Cocok."}} {
		now, err := a.Casework.Get(ctx, officer, d.Application.ID)
		if err != nil {
			t.Fatal(err)
		}
		in.ID, in.Version = d.Application.ID, now.Application.Version
		if _, err := a.Casework.Act(ctx, officer, in); err != nil {
			t.Fatalf("%s: %v", in.Action, err)
		}
	}
	out := things{"application": d.Application.ID.String(), "resident": who.ID.String(), "staff": officer.ID.String(),
		"session": who.SessionID.String()}
	for _, page := range d.Pages {
		for _, f := range page.Fields {
			for _, file := range f.Files {
				out["file"] = file.ID.String()
			}
		}
	}
	out["app"], out["key"], out["external"] = a.otherApp(t, ctx, who.TenantID)
	out["simulation"] = a.simulation(t, ctx, who.TenantID)
	out["duct_import"] = a.survey(t, ctx, who.TenantID)
	out["duct_operator"], out["duct_lease"] = a.leased(t, ctx, who.TenantID)
	out["duct_wait"] = a.waited(t, ctx, who.TenantID, out["duct_operator"])
	out["duct_augment"] = a.augmented(t, ctx, who.TenantID, out["duct_operator"])
	a.ordered(t, ctx, who.TenantID, out["duct_operator"], out)
	out["duct_price_change"], out["duct_land_rent"] = a.priced(t, ctx, who.TenantID, out["duct_operator"])
	out["duct_person"], out["duct_grant"], out["duct_paper"] = a.partnered(t, ctx, who.TenantID, out["duct_operator"])
	out["duct_damage"], out["duct_damage_photo"], out["duct_node"], out["duct_node_photo"] = a.damaged(t, ctx, who.TenantID)
	out["duct_draft"], out["duct_invoice"], out["duct_request"], out["duct_payment"] = a.ductBilled(t, ctx, who.TenantID, out["duct_operator"])
	out["duct_work"], out["duct_guarantee"], out["duct_work_paper"] = a.dug(t, ctx, who.TenantID, out["duct_operator"])
	out["duct_wave"], out["wave_commitment"], out["wave_photo"] = a.waved(t, ctx, who.TenantID, out["duct_operator"])
	out["revenue_receipt"], out["duct_finding"] = a.earned(t, ctx, who.TenantID)
	out["duct_unit"], out["duct_change"], out["duct_cable"] = a.split(t, ctx, who.TenantID)
	out["duct_photo"] = a.photographed(t, ctx, who.TenantID)
	out["document"] = a.issue(t, ctx, who, d.Application.ID).String()
	out["duct_statement"], out["duct_line"] = a.ductBanked(t, ctx)
	out["duct_deposit"], out["duct_deposit_return"] = a.pledged(t, ctx, out["duct_lease"])
	out["duct_credit"], out["duct_refund"] = a.owedBack(t, ctx, out["duct_operator"], out["duct_lease"])
	out["booking"] = a.appointment(t, ctx, who).String()
	b, err := a.Bulk.Start(ctx, officer, bulk.StartInput{Action: "hand_over", Versions: map[uuid.UUID]int{d.Application.ID: 1}})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := a.Documents.Appoint(ctx, identity.Actor{ID: uuid.New(), TenantID: who.TenantID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true},
		document.OfficialInput{Agency: "disdukcapil", Title: i18n.Text{"id": "Kepala Dinas", "en": "Head"}, Name: "Rudi", From: "2026-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := a.Inbox.Save(ctx, officer, inbox.SaveInput{Name: "Uji"})
	if err != nil {
		t.Fatal(err)
	}
	out["filter"] = kept.ID.String()
	told, err := a.Bulk.Tell(ctx, officer, []bulk.Result{{ID: d.Application.ID}})
	if err != nil {
		t.Fatal(err)
	}
	out["told"] = told.String()
	search, err := a.Inbox.KeepSearch(ctx, officer, inbox.Query{Search: "Siti"})
	if err != nil {
		t.Fatal(err)
	}
	out["search"] = search.String()
	out["batch"], out["signer"] = b.ID.String(), signer.ID.String()
	out["task"], out["fee"] = a.asked(t, ctx, d.Application.ID)
	maps.Copy(out, a.billed(t, ctx))
	out["absence"], out["phrase"] = a.worked(t, ctx, officer.ID, who.ID)
	return out
}

// billed issues an invoice to a city and records what was paid of it, asks for a void, and leaves a draft and an incident.
func (a *App) billed(t *testing.T, ctx context.Context) things {
	t.Helper()
	city, _ := tenancy.CityFrom(ctx)
	platform, ctx := a.city(t, "platform")
	clerk := identity.Actor{ID: uuid.New(), TenantID: platform.ID, Kind: identity.Staff, Roles: []string{"bumd_finance"}, TOTP: true}
	var d, left invoice.Draft
	incident := uuid.New()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, time.Now())
		if err != nil {
			return err
		}
		p, err := invoice.PartyOf(ctx, tx, clerk, seller, city)
		if err != nil {
			return err
		}
		in := invoice.Draft{PartyID: p.ID, Series: seller.Series, DueDays: seller.DueDays, Note: "Uji",
			Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Langganan"}, Amount: 5000, PPN: p.PPN, PPh: p.PPh}}}
		if d, err = a.Finance.Book.Write(ctx, tx, in); err != nil {
			return err
		}
		if left, err = a.Finance.Book.Write(ctx, tx, in); err != nil {
			return err
		}
		n := collection.Incident{TenantID: platform.ID, ID: incident, Kind: "dispute", Object: incident.String(), FoundAt: time.Now(), LastAt: time.Now()}
		_, err = tx.NewInsert().Model(&n).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	i, err := a.Finance.Issue(ctx, clerk, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	y, err := a.Finance.Receive(ctx, clerk, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: i.Number, Amount: 1000, On: i.IssuedOn})
	if err != nil {
		t.Fatal(err)
	}
	o, err := a.Billing.Propose(ctx, clerk, "uji-"+city.Slug, i18n.Text{i18n.ID: "Uji"})
	if err != nil {
		t.Fatal(err)
	}
	coupon, err := a.Billing.AskCoupon(ctx, clerk, billing.GivenCoupon{Code: "UJI-" + strings.ToUpper(city.Slug), Percent: 5, GivenFrom: time.Now().AddDate(0, 0, 1), Note: "Uji"})
	if err != nil {
		t.Fatal(err)
	}
	share, err := a.Finance.AskAgreement(ctx, clerk, finance.AgreementInput{From: time.Now(), Parts: []finance.SharePart{{Name: "Uji", Share: 1}}, Reason: "Uji"})
	if err != nil {
		t.Fatal(err)
	}
	q, err := a.Finance.Ask(ctx, clerk, invoice.RequestInput{Kind: invoice.WriteOff, Invoice: i.ID, Reason: "Uji"})
	if err != nil {
		t.Fatal(err)
	}
	out := a.banked(t, ctx, clerk, i.PartyID)
	maps.Copy(out, things{"invoice": i.ID.String(), "payment": y.ID.String(), "draft": left.ID.String(), "request": q.ID.String(), "incident": incident.String(), "proposal": o.ID.String(), "coupon": coupon.ID.String(), "party": i.PartyID.String(), "share": share.ID.String(), "subscription_order": a.subscriptionOrdered(t, city).String()})
	return out
}

// banked leaves a statement with a line that nobody knows, and a request to pay a balance back.
func (a *App) banked(t *testing.T, ctx context.Context, clerk identity.Actor, party uuid.UUID) things {
	t.Helper()
	file, line, refund, job := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		now := time.Now().UTC()
		b := payin.Statement{TenantID: tenancy.Must(ctx), ID: file, Account: "1", Format: "csv", From: now, To: now, Name: "uji.csv", Raw: file[:], SHA256: file[:], CheckedAt: now, CheckedBy: clerk.ID, AppliedAt: now}
		if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
			return err
		}
		l := payin.Line{TenantID: b.TenantID, ID: line, StatementID: file, Account: "1", Identity: line.String(), Day: now, Amount: 100, Text: "Uji", State: payin.Open}
		if _, err := tx.NewInsert().Model(&l).Exec(ctx); err != nil {
			return err
		}
		q := invoice.RefundRequest{TenantID: b.TenantID, ID: refund, PartyID: party, Amount: 1, Account: "1", Reason: "Uji", MadeBy: clerk.ID, MadeAt: now}
		if _, err := tx.NewInsert().Model(&q).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw(`INSERT INTO outbox (tenant_id, id, kind, queue, payload, max_retry, timeout_ms, state, ended_at) VALUES (?, ?, 'billing.uji.v1', 'low', '{}', 0, 1, 'failed', now())`, b.TenantID, job).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return things{"job": job.String(), "statement": file.String(), "line": line.String(), "refund": refund.String()}
}

// subscriptionOrdered has a city order a pause that waits for the BUMD.
func (a *App) subscriptionOrdered(t *testing.T, city tenancy.City) uuid.UUID {
	t.Helper()
	id, asked := uuid.New(), uuid.New()
	err := tenancy.InTx(tenancy.With(t.Context(), city), a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO subscription_order (tenant_id, id, kind, plan, version, addons, takes_on, monthly_now, monthly_then, reason, asked_by, asked_name, asked_at)
			VALUES (?, ?, 'pause', 'demo-kota', 1, '{}', now(), 0, 0, 'Uji', ?, 'Uji', now())`, city.ID, id, asked).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// worked notes an absence and a reason of an agency.
func (a *App) worked(t *testing.T, ctx context.Context, officer, substitute uuid.UUID) (away, words string) {
	t.Helper()
	b := absence.Absence{TenantID: tenancy.Must(ctx), ID: uuid.New(), AgencyCode: "disdukcapil", AccountID: officer, SubstituteID: substitute,
		FromDay: "2099-01-01", ToDay: "2099-01-02", SetBy: officer, SetAt: time.Now()}
	if _, err := a.DB.App.NewInsert().Model(&b).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	phrases := phrase.Service{DB: a.DB.App, Guard: a.Guard}
	head := identity.Actor{ID: officer, TenantID: tenancy.Must(ctx), Kind: identity.Staff, Agency: "disdukcapil", Roles: []string{"agency_head"}, TOTP: true}
	p, err := phrases.Add(ctx, head, phrase.Input{Title: "Foto buram", Body: "Foto tidak terbaca."})
	if err != nil {
		t.Fatal(err)
	}
	return b.ID.String(), p.ID.String()
}

// asked gives an application a task of its own agency and a fee that was paid.
func (a *App) asked(t *testing.T, ctx context.Context, id uuid.UUID) (task, cost string) {
	t.Helper()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		now := time.Now().UTC()
		own := func(workflow.Branch) (workflow.Office, error) { return workflow.Office{Code: "disdukcapil"}, nil }
		state := workflow.State{Code: "approved", Branches: []workflow.Branch{{Code: "survei"}}}
		tasks, err := workflow.Ask(ctx, tx, workflow.Subject{Kind: "application", ID: id}, state, 1, now, own)
		if err != nil {
			return err
		}
		f, err := fee.Ask(ctx, tx, fee.Fee{SubjectKind: "application", SubjectID: id, AgencyCode: "disdukcapil", Code: id.String(), Amount: 1000}, now)
		if err != nil {
			return err
		}
		task, cost = tasks[0].ID.String(), f.ID.String()
		_, err = fee.Pay(ctx, tx, f.ID, fee.Entry{Amount: 1000, Day: "2026-11-24", Reference: id.String(), ByID: id, At: now})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return task, cost
}

// otherApp registers an agency's app with a key, and lets it tell of an application.
func (a *App) otherApp(t *testing.T, ctx context.Context, city uuid.UUID) (app, key, told string) {
	t.Helper()
	admin := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	x, err := a.External.RegisterApp(ctx, admin, external.AppInput{Name: "Siak", Agency: "disdukcapil", Source: "https://siak.example.go.id",
		Contact: "Bidang PIAK", Services: []string{"ktp-el-hilang"}})
	var secret string
	if err == nil {
		secret, err = a.External.IssueKey(ctx, admin, x.ID, 90)
	}
	if err != nil {
		t.Fatal(err)
	}
	program, _, err := a.APIKeys.Resolve(ctx, secret)
	if err == nil {
		_, err = a.External.Receive(ctx, program, cloudevent.Structured, []cloudevent.Read{{Event: cloudevent.Event{ID: "1", Source: x.Source,
			Type: external.StatusType, Subject: "A/1", Time: time.Now(), Data: []byte(`{"service":"ktp-el-hilang","stage":"received"}`)}}})
	}
	list, queueErr := a.Inbox.Queue(ctx, admin, inbox.Query{Filter: inbox.Filter{Source: x.ID.String()}})
	if err != nil || queueErr != nil || len(list.Items) != 1 {
		t.Fatalf("an app tells: %v, %v, %d", err, queueErr, len(list.Items))
	}
	keys, listErr := a.External.AppKeys(ctx, admin, x.ID)
	if err != nil || listErr != nil || len(keys) != 1 {
		t.Fatalf("an app: %v, %v, %d keys", err, listErr, len(keys))
	}
	return x.ID.String(), keys[0].ID.String(), list.Items[0].ID.String()
}

// appointment gives a resident a place at a counter of their own city.
func (a *App) appointment(t *testing.T, ctx context.Context, who identity.Actor) uuid.UUID {
	t.Helper()
	city, _ := tenancy.CityFrom(ctx)
	admin := identity.Actor{ID: uuid.New(), TenantID: who.TenantID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	hours := booking.Hours{}
	for _, d := range calendar.Weekdays() {
		hours[d] = "08:00-15:00"
	}
	name := i18n.Text{i18n.ID: "Loket uji"}
	err := a.Booking.SaveCounter(ctx, admin, booking.Counter{Code: "uji", Agency: "disdukcapil", Name: name, Address: name, Services: []string{"ktp-el-hilang"}},
		booking.Rule{EffectiveFrom: time.Now().In(city.Location()).Format(time.DateOnly), Hours: hours, SlotMinutes: 60, Capacity: 5, OpenDays: 30})
	if err != nil {
		t.Fatal(err)
	}
	next, err := a.Booking.Next(ctx, "uji", time.Now())
	if err != nil || len(next) == 0 {
		t.Fatalf("no place at the counter: %v", err)
	}
	b, err := a.Booking.Book(ctx, who, booking.BookInput{Counter: "uji", Service: "ktp-el-hilang", StartsAt: next[0].StartsAt, Key: "uji", Channel: event.ChannelWeb})
	if err != nil {
		t.Fatal(err)
	}
	return b.ID
}

// survey uploads a file of the ducts of a city.
// leased writes down an operator and a lease of it.
// split lays a segment with a duct and splits it; the ids are those of the duct, of the change and of a cable in it.
// photographed keeps a photograph of the segment that split has laid.
// earned takes down what came into the city's treasury, and a cable that nobody knows.
// ductBilled drafts, issues and is paid for what an operator owes, and asks for a write-off.
// ductBanked brings a line of a statement of the bank into the book of the ducts.
// pledged asks for the deposit of a lease, and that some of it is given back.
// priced asks for a price of ducts and for rent of land.
// simulation replays the cases of a city's first service.
func (a *App) simulation(t *testing.T, ctx context.Context, city uuid.UUID) string {
	t.Helper()
	admin := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	id, err := a.Replays.Start(ctx, admin, simulation.Ask{Service: "ktp-el-hilang", From: "2026-01-01", To: "2026-12-31"})
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}
