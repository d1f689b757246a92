package invoice

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"
	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Setup is what a book needs before its first invoice: tenants/seller.yaml.
type Setup struct {
	Seller   Seller `json:"seller"`
	TaxRules []Rule `json:"tax_rules"`
}

var (
	seriesPattern = regexp.MustCompile(`^[A-Z0-9]{2,12}$`)
	codePattern   = regexp.MustCompile(`^(TD\.[0-9]{5})?$`)
	npwpPattern   = regexp.MustCompile(`^([0-9]{15,16})?$`)
)

// ReadSetup reads a file of YAML and says what is wrong with it: an unknown word, a regime without its rule, numbers that
// nothing could be numbered or divided by.
func ReadSetup(raw []byte) (Setup, error) {
	var plain any
	if err := yaml.Unmarshal(raw, &plain); err != nil {
		return Setup{}, fmt.Errorf("invoice: setup: %w", err)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return Setup{}, fmt.Errorf("invoice: setup: %w", err)
	}
	var s Setup
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Setup{}, fmt.Errorf("invoice: setup: %w", err)
	}
	return s, s.check()
}

func (s Setup) check() error {
	known := map[string]string{}
	for i, r := range s.TaxRules {
		place := fmt.Sprintf("tax_rules.%d (%s)", i, r.Code)
		if r.BaseNum < 1 || r.BaseDen < 1 || r.RateNum < 0 || r.RateDen < 1 || r.Basis == "" || r.Name.Empty() || r.EffectiveFrom.IsZero() ||
			(r.Above > 0) != (r.Below != "") {
			return fmt.Errorf("invoice: setup: %s needs a name, a basis, a day, a rate, and a threshold with the rule below it or neither", place)
		}
		if !codePattern.MatchString(r.AddInfo) || !codePattern.MatchString(r.FacilityStamp) || r.Facility != (Facility{}) && r.Source == "" {
			return fmt.Errorf("invoice: setup: %s: add_info and facility_stamp are codes such as TD.00518, with a facility_source", place)
		}
		known[r.Code] = r.Kind
	}
	for i, r := range s.TaxRules {
		if r.Below != "" && known[r.Below] != r.Kind {
			return fmt.Errorf("invoice: setup: tax_rules.%d (%s): there is no rule %q", i, r.Code, r.Below)
		}
	}
	p := s.Seller
	if p.Name == "" || p.EffectiveFrom.IsZero() || !seriesPattern.MatchString(p.Series) || !npwpPattern.MatchString(p.NPWP) || p.DueDays < 0 || p.DueDays > 365 ||
		p.CloseDay < 1 || p.CloseDay > 28 || p.CorrectMonths < 0 || p.CorrectMonths > 60 || p.AdjustAlone < 0 {
		return fmt.Errorf("invoice: setup: the seller needs a name, a day, a series of capitals, an NPWP of 15 or 16 digits or none, due_days up to 365, a close_day up to 28 correct_months up to 60 and an adjust_alone that is not negative")
	}
	for _, a := range p.Accounts {
		if a.CSV.Day != "" && !a.CSV.Valid() {
			return fmt.Errorf("invoice: setup: seller.accounts %s: csv needs a day with its layout, and either a credit and a debit or an amount", a.Number)
		}
	}
	days := map[int]bool{}
	for i, r := range p.Ladder {
		if !r.valid() || r.Days < -60 || r.Days > 365 || days[r.Days] {
			return fmt.Errorf("invoice: setup: seller.ladder.%d needs days of its own, a mail that there is, and limits_after of a week or more with limits_ahead alone", i)
		}
		days[r.Days] = true
	}
	if v := p.VirtualAccount; v.Per != "" && v.Per != PerParty {
		return fmt.Errorf("invoice: setup: seller.virtual_account.per is %q or nothing, not %q", PerParty, v.Per)
	}
	if _, ok := p.Regimes[""]; !ok {
		return fmt.Errorf(`invoice: setup: seller.regimes needs "", which holds for every other city`)
	}
	for slug, r := range p.Regimes {
		if known[r.PPN] != PPN || r.PPh != "" && known[r.PPh] != PPh {
			return fmt.Errorf("invoice: setup: seller.regimes.%q names a rule that there is not", slug)
		}
	}
	return nil
}

// Load puts a setup into ctx's book as part of tx and returns how much of it is new. What is there stays: it refuses Conflict
// "invoice.setup_differs" for a day on which something else is in force already. What Coretax asks for is filled in where a rule has
// nothing of it. The caller is an operator.
func Load(ctx context.Context, tx bun.IDB, actor identity.Actor, s Setup) (added int, err error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	tenant := tenancy.Must(ctx)
	for _, r := range s.TaxRules {
		r.TenantID, r.EffectiveFrom = tenant, dayOf(r.EffectiveFrom)
		kept := Rule{}
		n, err := keep(ctx, tx, &r, &kept, "tenant_id = ? AND code = ? AND effective_from = ?", tenant, r.Code, r.EffectiveFrom.Format(time.DateOnly))
		if err != nil {
			return 0, err
		}
		if added += n; n == 0 {
			filled, err := fill(ctx, tx, &r, &kept)
			if err != nil {
				return 0, err
			}
			added += filled
		}
		if n == 0 && !alike(r, kept) {
			return 0, fault.New(fault.Conflict, "invoice.setup_differs", "what", r.Code, "day", r.EffectiveFrom.Format(time.DateOnly))
		}
	}
	row, kept := sellerRow{TenantID: tenant, EffectiveFrom: dayOf(s.Seller.EffectiveFrom), Profile: s.Seller.filled()}, sellerRow{}
	n, err := keep(ctx, tx, &row, &kept, "tenant_id = ? AND effective_from = ?", tenant, row.EffectiveFrom.Format(time.DateOnly))
	if err != nil {
		return 0, err
	}
	if added += n; n == 0 && !alike(row.Profile, kept.Profile.filled()) {
		return 0, fault.New(fault.Conflict, "invoice.setup_differs", "what", row.Profile.Name, "day", row.EffectiveFrom.Format(time.DateOnly))
	}
	if added == 0 {
		return 0, nil
	}
	return added, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.setup", Object: "seller", ObjectID: tenant,
		Detail: map[string]any{"added": added, "effective_from": row.EffectiveFrom.Format(time.DateOnly)}})
}

// fill gives a rule that was loaded before what Coretax asks for, where it has nothing of it; a file that says nothing of it changes nothing.
func fill(ctx context.Context, tx bun.IDB, r, kept *Rule) (int, error) {
	switch none := (Facility{}); {
	case r.Facility == none:
		r.Facility = kept.Facility
		return 0, nil
	case kept.Facility != none:
		return 0, nil
	}
	if _, err := tx.NewUpdate().Model(r).Column("add_info", "facility_stamp", "custom_doc", "facility_source").WherePK().Exec(ctx); err != nil {
		return 0, fmt.Errorf("invoice: setup: %w", err)
	}
	kept.Facility = r.Facility
	return 1, nil
}

// keep inserts a row, or reads the one that has its key.
func keep(ctx context.Context, tx bun.IDB, row, kept any, where string, args ...any) (int, error) {
	res, err := tx.NewInsert().Model(row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("invoice: setup: %w", err)
	}
	if n, err := res.RowsAffected(); n == 1 || err != nil {
		return int(n), err
	}
	return 0, tx.NewSelect().Model(kept).Where(where, args...).Scan(ctx)
}

// alike compares what two things say.
func alike(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
