package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/external"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
)

// narrow puts Batam on a plan with room for nobody more, no modules but the given ones, and a soft limit of five applications.
func (a *App) narrow(t *testing.T, code, modules string) {
	t.Helper()
	city, ctx := a.city(t, "batam")
	staff, err := identity.CountStaff(ctx, a.DB.App)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		fmt.Sprintf(`INSERT INTO plan (code, name, summary) VALUES ('%s', '{"id": "Sempit"}', '{"id": "."}')`, code),
		fmt.Sprintf(`INSERT INTO plan_version (plan, version, effective_from, components, entitlements) VALUES ('%s', 1, '2026-01-01', '[]',
			'{"modules": %s, "limits": {"staff": {"most": %d, "hard": true, "name": {"id": "Akun petugas"}},
				"applications_submitted": {"most": 5, "grace_days": 14, "name": {"id": "Permohonan sebulan"}}}}')`, code, modules, staff),
	} {
		if _, err := a.DB.Platform.NewRaw(q).Exec(tenancy.Platform(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = a.Billing.Subscribe(ctx, billing.SubscribeInput{City: city, Plan: code, StartsOn: time.Now().In(city.Location()), ActorKind: audit.System})
	if err != nil {
		t.Fatal(err)
	}
	a.entitle(t)
}

func (a *App) entitle(t *testing.T) {
	t.Helper()
	for range 2 { // a planned run may come twice
		city, ctx := a.city(t, "batam")
		if err := a.Billing.Entitle(ctx, city); err != nil {
			t.Fatal(err)
		}
		a.Directory.Forget()
	}
}

// submitted counts as many applications of this month as are asked for.
func (a *App) submitted(t *testing.T, from, until int) {
	t.Helper()
	_, ctx := a.city(t, "batam")
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for n := from; n < until; n++ {
			_, err := metering.Record(ctx, tx, []metering.Event{{Source: "/uji", ID: fmt.Sprint(n), Type: "application_submitted", Subject: fmt.Sprint(n), Time: time.Now(), Quantity: 1}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestALimitActsOnStaffAlone: a city that is over its limits, lacks every module and has not paid for months cannot add staff or
// apps; its residents apply as ever, and officers work on what they sent.
func TestALimitActsOnStaffAlone(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	_, resident := a.signIn(t, "warga@batam.localhost")
	_, admin := a.signIn(t, "admin@batam.localhost")
	_, officer := a.signIn(t, "petugas@batam.localhost")
	invite := func(email string) error {
		_, ctx := a.city(t, "batam")
		_, err := a.Identity.Invite(ctx, admin, identity.InviteInput{Email: email, Name: "Baru", Role: "auditor"})
		return err
	}
	register := func() error {
		_, ctx := a.city(t, "batam")
		_, err := a.External.RegisterApp(ctx, admin, external.AppInput{})
		return err
	}
	if err := invite("satu@batam.localhost"); err != nil {
		t.Fatalf("before there is a limit: %v", err)
	}
	if err := register(); fault.From(err).Kind != fault.Invalid {
		t.Errorf("an app under the first plan: %v", err)
	}
	a.submitted(t, 0, 9)
	a.narrow(t, "sempit", `["apps"]`)
	a.owe(t)
	a.write(t, "UPDATE tenant SET modules = '{}' WHERE slug = 'batam'")

	if err := invite("dua@batam.localhost"); !fault.Is(err, "plan.limit") {
		t.Errorf("one more of the staff: %v", err)
	}
	if err := invite("satu@batam.localhost"); err != nil {
		t.Errorf("an invitation again is not one more: %v", err)
	}
	if err := register(); !fault.Is(err, "plan.module") {
		t.Errorf("an app without the module: %v", err)
	}
	_, ctx := a.city(t, "batam")
	d := a.fileKTP(t, ctx, resident, "2171046703900003")
	if d.Application.Number == "" {
		t.Error("a resident is refused")
	}
	if _, err := a.Casework.TakeNext(ctx, officer, uuid.Nil); err != nil {
		t.Errorf("an officer is refused: %v", err)
	}

	// With the module a soft limit leaves its days of grace, and then nothing is added.
	a.entitle(t)
	if err := register(); fault.From(err).Kind != fault.Invalid {
		t.Errorf("within the grace: %v", err)
	}
	a.write(t, `UPDATE tenant SET plan = jsonb_set(plan, '{limits,applications_submitted,over}', to_jsonb(now() - interval '15 days')) WHERE slug = 'batam'`)
	if err := register(); !fault.Is(err, "plan.limit") {
		t.Errorf("after the grace: %v", err)
	}
	a.entitle(t) // the days of grace go on from where they began
	if err := register(); !fault.Is(err, "plan.limit") {
		t.Errorf("after the next look: %v", err)
	}
	_, another := a.signIn(t, "warga2@batam.localhost")
	_, ctx = a.city(t, "batam")
	if d := a.fileKTP(t, ctx, another, "2171046703900004"); d.Application.Number == "" {
		t.Error("a resident is refused")
	}
}

// TestTheDuctsAreInThePlan: without their module nothing is added to them, and what is there can be seen.
func TestTheDuctsAreInThePlan(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	_, admin := a.signIn(t, "admin@batam.localhost")
	manager := admin
	manager.Roles = []string{"duct_manager"}
	acts := func() map[string]error {
		_, ctx := a.city(t, "batam")
		_, survey := a.Surveying.Upload(ctx, manager, ductsurvey.ImportInput{})
		_, operator := a.Leases.Apply(ctx, manager, lease.Operator{})
		_, reserve := a.Leases.Reserve(ctx, manager, lease.ReserveInput{})
		register := a.Operators.Register(ctx, identity.Actor{}, lease.Operator{}, "Rani")
		return map[string]error{"a survey": survey, "an operator": operator, "a company that registers itself": register, "a reservation": reserve}
	}
	for what, err := range acts() {
		if fault.From(err).Kind != fault.Invalid {
			t.Errorf("%s under a plan with the ducts: %v", what, err)
		}
	}
	a.narrow(t, "tanpa-duct", `["apps"]`)
	for what, err := range acts() {
		if !fault.Is(err, "plan.module") {
			t.Errorf("%s without the ducts in the plan: %v", what, err)
		}
	}
	_, ctx := a.city(t, "batam")
	if _, err := a.Leases.Operators(ctx, manager, "", uuid.Nil, 10); err != nil {
		t.Errorf("what is there: %v", err)
	}
}

// write changes the record of a city as billing would.
func (a *App) write(t *testing.T, statement string) {
	t.Helper()
	if _, err := a.DB.Platform.NewRaw(statement).Exec(tenancy.Platform(t.Context())); err != nil {
		t.Fatal(err)
	}
	a.Directory.Forget()
}

// owe leaves Batam with an invoice that is long due.
func (a *App) owe(t *testing.T) {
	t.Helper()
	city, _ := a.city(t, "batam")
	_, ctx := a.city(t, "platform")
	clerk := identity.Actor{Kind: identity.Kind(audit.System)}
	book := a.Finance.Book
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, time.Now())
		if err != nil {
			return err
		}
		p, err := invoice.PartyOf(ctx, tx, clerk, seller, city)
		if err != nil {
			return err
		}
		d, err := book.Write(ctx, tx, invoice.Draft{PartyID: p.ID, Series: seller.Series, DueDays: 14,
			Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Langganan"}, Amount: 9_000_000, PPN: p.PPN}}})
		if err != nil {
			return err
		}
		_, err = book.Finalise(ctx, tx, clerk, d.ID, time.Now().AddDate(0, -4, 0))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEachLevelIsToldOnce: at 80, 100 and 120 % the administrators of the city and the platform's staff are told, once a month
// each, and of the highest alone when several are reached at once.
func TestEachLevelIsToldOnce(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	letters := func(slug string) (n int) {
		t.Helper()
		_, ctx := a.city(t, slug)
		err := a.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND template = 'plan_limit' AND data->>'limit' = 'Permohonan sebulan'", tenancy.Must(ctx)).Scan(ctx, &n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	a.narrow(t, "sempit", `[]`)
	done := 0
	for _, step := range []struct{ used, want, asked int }{{3, 0, 0}, {4, 1, 1}, {5, 2, 2}, {9, 3, 3}, {12, 3, 3}} {
		a.submitted(t, done, step.used)
		done = step.used
		a.entitle(t)
		_, ctx := a.city(t, "batam")
		var asked int
		err := a.DB.App.NewRaw("SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'billing.alert.v1' AND payload::text LIKE '%applications_submitted%'", tenancy.Must(ctx)).Scan(ctx, &asked)
		if n := letters("batam"); err != nil || n != step.want || asked != step.asked {
			t.Errorf("%d of 5: %d letters, %d for the platform, %v; want %d", step.used, n, asked, err, step.want)
		}
	}
}

// An invoice that stays unpaid stops what staff add from the announced day on and not before; a resident notices nothing, and the
// payment ends it at once.
func TestArrearsHoldStaffBackAsAnnounced(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.narrow(t, "tunggakan", `["apps", "duct"]`)
	a.owe(t)
	platform, ctx := a.city(t, "platform")
	clerk, book := identity.Actor{Kind: identity.Kind(audit.System)}, a.Finance.Book
	var bill invoice.Invoice
	tx := func(fn func(ctx context.Context, tx bun.Tx) error) {
		t.Helper()
		if err := tenancy.InTx(ctx, a.DB.App, fn); err != nil {
			t.Fatal(err)
		}
	}
	tx(func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model(&bill).Where("tenant_id = ?", platform.ID).Order("id DESC").Limit(1).Scan(ctx)
	})
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	grow := func() error {
		a.entitle(t)
		city, _ := a.city(t, "batam")
		return city.MayGrow(time.Now())
	}
	announce := func(days, rung int) {
		tx(func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("INSERT INTO invoice_reminder (tenant_id, invoice_id, days, say, on_day, limits_from, at) VALUES (?, ?, ?, 'limits_ahead', ?, ?, now())",
				platform.ID, bill.ID, rung, day(days-14), day(days)).Exec(ctx)
			return err
		})
	}
	if err := grow(); err != nil {
		t.Errorf("overdue and not announced: %v", err)
	}
	announce(2, 50)
	if err := grow(); err != nil {
		t.Errorf("before the announced day: %v", err)
	}
	if c, _ := a.city(t, "batam"); c.Plan.ArrearsFrom.IsZero() {
		t.Error("the city cannot see the day ahead")
	}
	announce(-2, 46)
	if err := grow(); !fault.Is(err, "plan.arrears") {
		t.Errorf("from that day on: %v", err)
	}
	c, _ := a.city(t, "batam")
	if err := c.Room(tenancy.LimitStaff, 0, time.Now()); !fault.Is(err, "plan.arrears") {
		t.Errorf("a staff account: %v", err)
	}
	tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := book.Pay(ctx, tx, clerk, invoice.PaymentInput{Invoice: bill.ID, Method: invoice.Transfer, Reference: "T", Amount: bill.Total, On: time.Now()})
		return err
	})
	if err := grow(); err != nil {
		t.Errorf("paid: %v", err)
	}
}
