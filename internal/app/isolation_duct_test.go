package app

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/revenue"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
)

func (a *App) survey(t *testing.T, ctx context.Context, city uuid.UUID) string {
	t.Helper()
	manager := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	i, err := a.Surveying.Upload(ctx, manager, ductsurvey.ImportInput{Title: "Survei", Source: "Dinas", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.CSV,
		Name: "x.csv", Body: strings.NewReader("code,kind,lat,lon\nMH-1,manhole,1.1,104.0\n")})
	if err != nil {
		t.Fatal(err)
	}
	return i.ID.String()
}

func (a *App) leased(t *testing.T, ctx context.Context, city uuid.UUID) (operator, held string) {
	t.Helper()
	manager := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	o, err := a.Leases.Apply(ctx, manager, lease.Operator{Name: "Operator", NIB: "1234567890123", Licence: "x", Email: "noc@contoh.id"})
	if err != nil {
		t.Fatal(err)
	}
	l := lease.Lease{TenantID: city, ID: uuid.New(), Number: "SWD-1", OperatorID: o.ID, State: lease.Reserved, Kind: duct.Subduct, Quantity: 1, Since: time.Now(), ExpiresAt: time.Now().AddDate(0, 0, 30),
		Segments: 1, Key: "uji", CreatedAt: time.Now(), CreatedBy: manager.ID, UpdatedAt: time.Now()}
	if _, err := a.DB.App.NewInsert().Model(&l).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	return o.ID.String(), l.ID.String()
}

func (a *App) split(t *testing.T, ctx context.Context, city uuid.UUID) (unit, change, cable string) {
	t.Helper()
	manager := ductManager(city)
	_, err := a.Surveying.Load(ctx, manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [
		{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.12]}, "properties": {"code": "MH-A", "kind": "manhole", "authority": "pemko"}},
		{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.12]}, "properties": {"code": "MH-B", "kind": "manhole", "authority": "pemko"}},
		{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]}, "properties": {"code": "RS-UJI", "road": "Jalan Uji", "authority": "pemko", "ducts": 1}}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.DuctEdit.Split(ctx, manager, ductedit.Split{Segment: "RS-UJI", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), MM: 100_000, Node: "HH-UJI", Kind: duct.Handhole, First: "RS-UJI-1", Second: "RS-UJI-2", Why: "x"})
	if err != nil {
		t.Fatal(err)
	}
	_, units, err := a.Ducts.Segment(ctx, manager, "RS-UJI-1", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	k, err := a.Cables.Lay(ctx, manager, "KB-UJI", time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), ductcable.State{Owner: ductcable.OfUnknown, Use: ductcable.Live, Condition: duct.Good, Why: "x"}, []ductcable.Place{{Segment: "RS-UJI-1", Unit: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	return units[0].ID.String(), id.String(), k.String()
}

func (a *App) photographed(t *testing.T, ctx context.Context, city uuid.UUID) string {
	t.Helper()
	manager, day := ductManager(city), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := a.DuctEdit.Receive(ctx, manager, "x.png", &picture)
	if err == nil {
		err = a.DuctEdit.Attach(ctx, manager, "RS-UJI-1", ductedit.Photo{Caption: "x", TakenOn: day}, f)
	}
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := a.Ducts.Segment(ctx, manager, "RS-UJI-1", day)
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.DuctEdit.Photos(ctx, manager, x.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(err, all)
	}
	return all[0].ID.String()
}

func (a *App) earned(t *testing.T, ctx context.Context, city uuid.UUID) (receipt, finding string) {
	t.Helper()
	r, segment, found := uuid.New(), uuid.New(), uuid.New()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		x := revenue.Receipt{TenantID: city, ID: r, Code: "4.1.03", OnDay: time.Now(), Number: "STS-1", Payer: "BUMD", Amount: 1, MadeAt: time.Now()}
		if _, err := tx.NewInsert().Model(&x).Exec(ctx); err != nil {
			return err
		}
		node := uuid.New()
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{"INSERT INTO duct_node (tenant_id, id, code) VALUES (?, ?, 'MH-TEMUAN')", []any{city, node}},
			{"INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) VALUES (?, ?, 'R-TEMUAN', ?, ?)", []any{city, segment, node, node}},
			{"INSERT INTO duct_finding (tenant_id, id, segment_id, found_on, note, made_at, made_by) VALUES (?, ?, ?, '2026-01-01', 'x', now(), ?)", []any{city, found, segment, node}},
		} {
			if _, err := tx.NewRaw(q.sql, q.args...).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.String(), found.String()
}

func (a *App) ductBilled(t *testing.T, ctx context.Context, city uuid.UUID, operator string) (draft, bill, request, paid string) {
	t.Helper()
	finance := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_finance"}, TOTP: true}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var ids []uuid.UUID
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		rule := invoice.Rule{TenantID: city, Code: "uji", EffectiveFrom: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Kind: invoice.PPN, Treatment: invoice.Exempt, Name: i18n.Text{i18n.ID: "x"}, BaseNum: 1, BaseDen: 1, RateDen: 1, Basis: "x"}
		if _, err := tx.NewInsert().Model(&rule).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return err
		}
		p, err := invoice.SaveParty(ctx, tx, finance, invoice.Party{Name: "Operator", Address: "Batam", PPN: "uji"})
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO duct_payer (tenant_id, operator_id, party_id) VALUES (?, ?, ?)", city, operator, p.ID).Exec(ctx); err != nil {
			return err
		}
		for _, source := range []string{"satu", "dua"} {
			d, err := a.DuctBills.Book.Write(ctx, tx, invoice.Draft{PartyID: p.ID, Series: "DCT", Source: source, DueDays: 30, Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Sewa"}, Amount: 1000, PPN: "uji"}}})
			if err != nil {
				return err
			}
			ids = append(ids, d.ID)
		}
		return nil
	})
	must(err)
	i, err := a.DuctBills.Issue(ctx, finance, ids[1])
	must(err)
	y, err := a.DuctBills.Receive(ctx, finance, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "uji", Amount: 10, On: time.Now()})
	must(err)
	q, err := a.DuctBills.Ask(ctx, finance, invoice.RequestInput{Kind: invoice.WriteOff, Invoice: i.ID, Reason: "Uji"})
	must(err)
	return ids[0].String(), i.ID.String(), q.ID.String(), y.ID.String()
}

func (a *App) ductBanked(t *testing.T, ctx context.Context) (file, line string) {
	t.Helper()
	b := payin.Statement{TenantID: tenancy.Must(ctx), ID: uuid.New(), Account: "1", Format: "csv", From: time.Now(), To: time.Now(), Name: "uji.csv", CheckedAt: time.Now(), CheckedBy: uuid.New(), AppliedAt: time.Now()}
	b.Raw, b.SHA256 = b.ID[:], b.ID[:]
	l := payin.Line{TenantID: b.TenantID, ID: uuid.New(), StatementID: b.ID, Account: "1", Day: time.Now(), Amount: 100, Text: "Uji", State: payin.Open}
	l.Identity = l.ID.String()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&l).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.ID.String(), l.ID.String()
}

func (a *App) pledged(t *testing.T, ctx context.Context, lease string) (deposit, back string) {
	t.Helper()
	id := uuid.New()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("INSERT INTO duct_deposit (tenant_id, lease_id, amount, months, basis, asked_at, asked_by) VALUES (?, ?, 100, 3, 'x', now(), ?)", tenancy.Must(ctx), lease, id).Exec(ctx)
		if err == nil {
			_, err = tx.NewRaw("INSERT INTO duct_deposit_return (tenant_id, id, lease_id, amount, account, reason, made_by, made_at) VALUES (?, ?, ?, 1, 'x', 'x', ?, now())", tenancy.Must(ctx), id, lease, id).Exec(ctx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lease, id.String()
}

// owedBack is a credit of a lease, and a request to pay a balance back.
func (a *App) owedBack(t *testing.T, ctx context.Context, operator, lease string) (credit, refund string) {
	t.Helper()
	id := uuid.New()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("INSERT INTO duct_credit (tenant_id, id, operator_id, lease_id, amount, name, working, source, given_at) VALUES (?, ?, ?, ?, 1, '{}', '{}', '{}', now())", tenancy.Must(ctx), id, operator, lease).Exec(ctx)
		if err == nil {
			_, err = tx.NewRaw("INSERT INTO refund_request (tenant_id, id, party_id, amount, account, reason, made_by, made_at) SELECT ?0, ?1, party_id, 1, 'x', 'x', ?1, now() FROM duct_payer WHERE tenant_id = ?0 AND operator_id = ?2", tenancy.Must(ctx), id, operator).Exec(ctx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id.String(), id.String()
}

func (a *App) priced(t *testing.T, ctx context.Context, city uuid.UUID, operator string) (change, land string) {
	t.Helper()
	finance := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_finance"}, TOTP: true}
	x := ducttariff.Index{Head: ducttariff.Head{Code: "ihk", EffectiveFrom: time.Now().AddDate(0, 2, 0).Format(time.DateOnly), Name: i18n.Text{i18n.ID: "IHK"}, Basis: "x", Source: "x"}, Rise: 100}
	c, err := a.DuctPrice.AskIndex(ctx, finance, x, "Uji")
	if err != nil {
		t.Fatal(err)
	}
	r := ducttariff.LandRent{TenantID: city, ID: uuid.New(), OperatorID: uuid.MustParse(operator), Place: "Jalan", LengthMM: 1, Ducts: 1, Tariff: "x", Since: time.Now(), AskedBy: finance.ID, AskedAt: time.Now()}
	if _, err := a.DB.App.NewInsert().Model(&r).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	return c.ID.String(), r.ID.String()
}
