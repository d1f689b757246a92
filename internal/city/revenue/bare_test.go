package revenue

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// street is Batam with its pack, an operator, and segments of 1.000 m with a duct each since January, of which each has a rent from February on:
// Rp500.000 a month.
type street struct {
	*Service
	t                *testing.T
	w                *pgtest.World
	ctx              context.Context
	at               time.Time
	officer, keeper  identity.Actor
	change, operator uuid.UUID
	segments, rents  map[string]uuid.UUID
}

func newStreet(t *testing.T) *street {
	t.Helper()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	st := &street{t: t, w: w, ctx: w.Ctx(w.Batam), at: day("2026-02-10"), change: uuid.New(), operator: uuid.New(), segments: map[string]uuid.UUID{}, rents: map[string]uuid.UUID{}}
	st.must(err)
	engine := pack.NewEngine()
	engine.Register(ducttariff.Section())
	engine.Register(Section())
	p, err := pack.Load(tenants.FS, "batam")
	st.must(err)
	_, err = engine.Apply(t.Context(), w.DB, p)
	st.must(err)
	staff := func(role string) identity.Actor {
		return identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{role}, TOTP: true}
	}
	now := func() time.Time { return st.at.Add(3 * time.Hour) }
	st.Service, st.officer, st.keeper = New(Deps{DB: w.DB, Guard: guard, Now: now}), staff("revenue_officer"), staff("duct_manager")
	authority := duct.Authority{TenantID: w.Batam.ID, Code: "pemko", Name: i18n.Text{i18n.ID: "Pemko", i18n.EN: "City"}, Source: "x"}
	_, err = w.DB.App.NewInsert().Model(&authority).Exec(st.ctx)
	st.must(err)
	st.run("INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) VALUES (?0, ?1, 'PT Serat', '1', 'x', 'x@contoh.id', 'approved', now())", st.operator)
	st.run("INSERT INTO duct_change (tenant_id, id, kind, on_day, why, at, by_id) VALUES (?0, ?1, 'import', '2026-01-01', 'x', now(), ?1)", st.change)
	st.run("INSERT INTO duct_node (tenant_id, id, code) VALUES (?0, ?1, 'A'), (?0, ?2, 'B')", st.change, st.operator)
	prices, maker, checker := ducttariff.New(ducttariff.Deps{DB: w.DB.App, Guard: guard, Now: now}), staff("duct_finance"), staff("duct_finance")
	for code, note := range map[string]string{"OUT": "", "PLANNED": "", "SPLIT": "", "NOTED": "Perjanjian 4/2023"} {
		st.segment(code, "2026-01-01", "as_built")
		st.run("INSERT INTO duct_unit (tenant_id, id, segment_id, kind, position, since, change_id) VALUES (?0, gen_random_uuid(), ?1, 'duct', 1, '2026-01-01', ?2)", st.segments[code], st.change)
		r, err := prices.AskLand(st.ctx, maker, ducttariff.LandRent{OperatorID: st.operator, Place: code, Tariff: "sewa-lahan", Since: day("2026-02-01"), LegalNote: note})
		st.must(err)
		_, err = prices.DecideLand(st.ctx, checker, r.ID, true)
		st.must(err)
		st.rents[code] = r.ID
	}
	return st
}

func (st *street) must(err error) {
	st.t.Helper()
	if err != nil {
		st.t.Fatal(err)
	}
}

// run is a statement with the city as ?0.
func (st *street) run(sql string, args ...any) {
	st.t.Helper()
	_, err := st.w.DB.App.NewRaw(sql, append([]any{st.w.Batam.ID}, args...)...).Exec(st.ctx)
	st.must(err)
}

func (st *street) segment(code, since, class string) {
	st.t.Helper()
	if _, ok := st.segments[code]; !ok {
		st.segments[code] = uuid.New()
		st.run("INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) VALUES (?0, ?1, ?2, ?3, ?4)", st.segments[code], code, st.change, st.operator)
	}
	st.run(`INSERT INTO duct_segment_state (tenant_id, id, segment_id, since, line, billed_mm, road, class, authority, free_trade, condition, change_id)
		VALUES (?0, gen_random_uuid(), ?1, ?2, ST_GeomFromText('LINESTRING(104.05 1.12, 104.06 1.12)', 4326), 1000000, 'x', ?3, 'pemko', true, 'good', ?4)`, st.segments[code], since, class, st.change)
}

// claimed is what is claimed of the rent of each segment.
func (st *street) claimed() map[string]money.Rupiah {
	st.t.Helper()
	for range 2 { // a repetition changes nothing
		st.must(tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.claimLand(ctx, tx, st.at) }))
	}
	all, err := st.Claims(st.ctx, st.officer)
	st.must(err)
	out := map[string]money.Rupiah{}
	for code, rent := range st.rents {
		for _, c := range all {
			if c.LandRentID.UUID == rent {
				out[code] += c.Amount
			}
		}
	}
	return out
}

// TestBareLandIsNotClaimed: from the day on which no duct lies in a segment any more nothing is claimed or expected of its rent, unless it has a legal
// note, and somebody is told of it; a duct that goes on in the parts of a segment that was split still lies there.
func TestBareLandIsNotClaimed(t *testing.T) {
	t.Parallel()
	st := newStreet(t)
	if got := fmt.Sprint(st.claimed()); got != "map[NOTED:Rp500.000 OUT:Rp500.000 PLANNED:Rp500.000 SPLIT:Rp500.000]" {
		t.Fatalf("February: %s", got)
	}
	for _, code := range []string{"OUT", "NOTED", "SPLIT"} {
		st.run("UPDATE duct_unit SET until = '2026-03-11' WHERE tenant_id = ?0 AND segment_id = ?1", st.segments[code])
	}
	for _, code := range []string{"PLANNED", "SPLIT"} {
		st.run("UPDATE duct_segment_state SET until = '2026-03-11' WHERE tenant_id = ?0 AND segment_id = ?1", st.segments[code])
	}
	st.segment("PLANNED", "2026-03-11", "planned")
	for _, code := range []string{"SPLIT-1", "SPLIT-2"} {
		st.segment(code, "2026-03-11", "as_built")
		st.run(`INSERT INTO duct_unit (tenant_id, id, segment_id, kind, position, since, change_id, was_id) SELECT ?0, gen_random_uuid(), ?1, 'duct', 1, '2026-03-11', ?2, u.id
			FROM duct_unit u WHERE u.tenant_id = ?0 AND u.segment_id = ?3`, st.segments[code], st.change, st.segments["SPLIT"])
	}
	st.at = day("2026-04-05")
	// February and ten of 31 days of March; or three months.
	if got := fmt.Sprint(st.claimed()); got != "map[NOTED:Rp1.500.000 OUT:Rp661.290 PLANNED:Rp661.290 SPLIT:Rp1.500.000]" {
		t.Errorf("February to April: %s", got)
	}
	lines, err := st.Ledger(st.ctx, st.officer, st.at)
	st.must(err)
	for _, l := range lines {
		if l.Land && l.Expected != 2*8*500_000 {
			t.Errorf("May to December of two rents are expected as %v", l.Expected)
		}
	}
	all, err := st.Leakage(st.ctx, st.keeper)
	st.must(err)
	var told []string
	for _, x := range all.Leaks {
		if x.Kind == Unclaimed {
			told = append(told, x.What+" "+x.Since.Format(time.DateOnly))
		}
	}
	if got := strings.Join(told, ", "); got != "OUT 2026-03-11, PLANNED 2026-03-11" && got != "PLANNED 2026-03-11, OUT 2026-03-11" {
		t.Errorf("told of: %s", got)
	}
	by := Claim{Code: "4.1.04", Payer: "PT Serat", Basis: "Sewa", DecidedOn: st.at, DueOn: day("2026-06-01"), Amount: 500_000, LandRentID: uuid.NullUUID{UUID: st.rents["OUT"], Valid: true},
		CoversFrom: day("2026-05-01"), CoversUntil: day("2026-06-01"), LegalNote: "Kata petugas seorang"}
	if _, err := st.AddClaim(st.ctx, st.officer, by); !is(err, "covers_from", "revenue_bare") {
		t.Errorf("May of a rent without a duct: %v", err)
	}
	by.LandRentID.UUID = st.rents["SPLIT"]
	if _, err := st.AddClaim(st.ctx, st.officer, by); err != nil {
		t.Errorf("May of a rent with ducts: %v", err)
	}
}

// is reports whether an error is a single field's, with a code.
func is(err error, field, code string) bool {
	if err == nil {
		return false
	}
	f := fault.From(err).Fields
	return len(f) == 1 && f[0].Name == field && f[0].Code == code
}

// TestAClaimOfLandHasItsGround: under the account of the rent of land nothing is claimed that is neither of an approved rent nor has a legal note,
// which is kept with it and in the audit trail; other accounts need none.
func TestAClaimOfLandHasItsGround(t *testing.T) {
	t.Parallel()
	st := newStreet(t)
	c := Claim{Code: "4.1.04", Payer: "PT Serat", Basis: "Perjanjian", DecidedOn: st.at, DueOn: day("2026-03-01"), Amount: 7_000_000}
	if _, err := st.AddClaim(st.ctx, st.officer, c); !is(err, "legal_note", "revenue_ungrounded") {
		t.Errorf("rent of land without a ground: %v", err)
	}
	c.LegalNote = "  "
	if _, err := st.AddClaim(st.ctx, st.officer, c); !is(err, "legal_note", "revenue_ungrounded") {
		t.Errorf("a note of nothing: %v", err)
	}
	c.LegalNote = strings.Repeat("x", notesMost+1)
	if _, err := st.AddClaim(st.ctx, st.officer, c); !is(err, "legal_note", "too_long") {
		t.Errorf("a note that is too long: %v", err)
	}
	dividend := c
	dividend.Code, dividend.LegalNote = "4.1.03", ""
	if _, err := st.AddClaim(st.ctx, st.officer, dividend); err != nil {
		t.Errorf("a dividend: %v", err)
	}
	c.LegalNote = " Pasal 117 Permendagri 19/2016 "
	kept, err := st.AddClaim(st.ctx, st.officer, c)
	st.must(err)
	all, err := st.Claims(st.ctx, st.officer)
	st.must(err)
	for _, x := range all {
		if x.ID == kept.ID && x.LegalNote != "Pasal 117 Permendagri 19/2016" {
			t.Errorf("kept with %q", x.LegalNote)
		}
	}
	var note string
	st.must(st.w.DB.App.NewRaw("SELECT coalesce(detail ->> 'legal_note', '') FROM audit_entry WHERE tenant_id = ? AND object = 'revenue_claim' AND object_id = ?", st.w.Batam.ID, kept.ID).Scan(st.ctx, &note))
	if note != "Pasal 117 Permendagri 19/2016" {
		t.Errorf("the audit trail says %q", note)
	}
	rent := c
	rent.LegalNote, rent.LandRentID, rent.CoversFrom, rent.CoversUntil = "", uuid.NullUUID{UUID: st.rents["OUT"], Valid: true}, day("2026-03-01"), day("2026-04-01")
	rent.Code = "4.1.03"
	if _, err := st.AddClaim(st.ctx, st.officer, rent); !is(err, "code", "revenue_land_account") {
		t.Errorf("of an approved rent under the account of dividends: %v", err)
	}
	rent.Code = "4.1.04"
	if _, err := st.AddClaim(st.ctx, st.officer, rent); err != nil {
		t.Errorf("of an approved rent: %v", err)
	}
}

// TestAClaimThatIsSentTwiceIsOne, at the same moment too; another that says something else stands beside it.
func TestAClaimThatIsSentTwiceIsOne(t *testing.T) {
	t.Parallel()
	st := newStreet(t)
	c := Claim{Code: "4.1.03", Payer: "BUMD", Basis: "RUPS 1/2026", DecidedOn: day("2026-01-10"), DueOn: day("2026-06-30"), Amount: 2_000_000}
	var kept atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := st.AddClaim(st.ctx, st.officer, c)
			if f := fault.From(err).Fields; err == nil {
				kept.Add(1)
			} else if len(f) != 1 || f[0].Name != "basis" || f[0].Code != "revenue_twice" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c.Basis = "RUPS 2/2026"
	_, err := st.AddClaim(st.ctx, st.officer, c)
	st.must(err)
	claims, err := st.Claims(st.ctx, st.officer)
	st.must(err)
	if kept.Load() != 1 || len(claims) != 2 {
		t.Errorf("%d were kept, and %d claims are there", kept.Load(), len(claims))
	}
}
