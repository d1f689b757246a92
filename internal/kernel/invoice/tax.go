package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Treatment says what becomes of a tax.
type Treatment string

// The treatments. A buyer who collects PPN (a government treasurer) and one who withholds PPh keep the tax back from what
// they pay and give it to the state; their slip closes that part of the invoice.
const (
	Charged  Treatment = "charged"  // PPN that the seller collects
	Exempt   Treatment = "exempt"   // dibebaskan or tidak dipungut: stated, and nothing is paid
	Withheld Treatment = "withheld" // the buyer gives it to the state
)

// The kinds of tax.
const (
	PPN = "ppn" // on top of the amount
	PPh = "pph" // out of the amount
)

// Rule is one way to tax a charge, from a day on. The base is the amount × BaseNum ÷ BaseDen and the tax the base × RateNum
// ÷ RateDen, each in whole rupiah, halves up: 12 % of 11/12 is the PPN of what is no luxury (PMK 131/2024).
type Rule struct {
	bun.BaseModel `bun:"table:tax_rule,alias:r" json:"-"`

	TenantID      uuid.UUID `bun:"tenant_id,pk" json:"-"`
	Code          string    `bun:"code,pk" json:"code"`
	EffectiveFrom time.Time `bun:"effective_from,pk" json:"effective_from"`
	Kind          string    `bun:"kind" json:"kind"`
	Treatment     Treatment `bun:"treatment" json:"treatment"`
	Name          i18n.Text `bun:"name,type:jsonb" json:"name"`
	FakturCode    string    `bun:"faktur_code" json:"faktur_code,omitempty"`
	BaseNum       int64     `bun:"base_num" json:"base_num"`
	BaseDen       int64     `bun:"base_den" json:"base_den"`
	RateNum       int64     `bun:"rate_num" json:"rate_num"`
	RateDen       int64     `bun:"rate_den" json:"rate_den"`
	Basis         string    `bun:"basis" json:"basis"`
	Verified      bool      `bun:"verified" json:"verified"` // by a tax adviser; until then it is shown as unverified

	// A threshold: the rule holds where the charges under it with their tax come to more than Above, and Below elsewhere.
	Above money.Rupiah `bun:"above" json:"above,omitempty"`
	Below string       `bun:"below" json:"below,omitempty"`

	Facility
}

// Facility is what Coretax asks of a faktur whose VAT is not collected (code 07) or exempt (08): the legal basis by the codes of its own
// lists, TD.00518 and the like. With CustomDoc each faktur names a customs document (PPBJ) of its buyer.
type Facility struct {
	AddInfo       string `bun:"add_info" json:"add_info,omitempty"`             // keterangan tambahan
	FacilityStamp string `bun:"facility_stamp" json:"facility_stamp,omitempty"` // cap fasilitas
	CustomDoc     bool   `bun:"custom_doc" json:"custom_doc,omitempty"`
	Source        string `bun:"facility_source" json:"facility_source,omitempty"` // where the codes are from
}

// Tax is what a rule makes of an amount.
type Tax struct {
	Rule   Rule
	Amount money.Rupiah // of the charges under it
	Base   money.Rupiah
	Tax    money.Rupiah // what the rate comes to, also where it is not paid
}

// Of applies the rule to an amount that is not negative.
func (r Rule) Of(amount money.Rupiah) (Tax, error) {
	base, err := amount.FractionHalfUp(r.BaseNum, r.BaseDen)
	if err != nil {
		return Tax{}, err
	}
	tax, err := base.FractionHalfUp(r.RateNum, r.RateDen)
	return Tax{Rule: r, Amount: amount, Base: base, Tax: tax}, err
}

// Billed is the part of the tax that the invoice adds to the amount.
func (t Tax) Billed() money.Rupiah {
	if t.Rule.Kind == PPN && t.Rule.Treatment != Exempt {
		return t.Tax
	}
	return 0
}

// KeptBack is the part of the invoice that the buyer gives to the state instead of the seller.
func (t Tax) KeptBack() money.Rupiah {
	if t.Rule.Treatment == Withheld {
		return t.Tax
	}
	return 0
}

// ruleOn reads the rule with a code that is in force on a day, or Conflict "invoice.no_tax_rule".
func ruleOn(ctx context.Context, db bun.IDB, code, kind string, day time.Time) (Rule, error) {
	var r Rule
	err := db.NewSelect().Model(&r).Where("tenant_id = ? AND code = ? AND kind = ? AND effective_from <= ?", tenancy.Must(ctx), code, kind, day.Format(time.DateOnly)).
		Order("effective_from DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.Conflict, "invoice.no_tax_rule", "code", code, "day", day.Format(time.DateOnly))
	}
	return r, err
}

// settle gives each charge the rule that its amount falls under: where a rule has a threshold that all charges under it do
// not pass together, the one below it. Whoever writes a draft need not know what it comes to.
func settle(ctx context.Context, db bun.IDB, all []Charge, day time.Time) ([]Charge, error) {
	sums := map[string]money.Rupiah{}
	for _, c := range all {
		var err error
		if sums[c.PPN], err = sums[c.PPN].Add(c.Amount); err != nil {
			return nil, err
		}
	}
	instead := map[string]string{}
	for code, sum := range sums {
		r, err := ruleOn(ctx, db, code, PPN, day)
		if err != nil {
			return nil, err
		}
		if r.Above == 0 {
			continue
		}
		t, err := r.Of(max(sum, 0))
		if err != nil {
			return nil, err
		}
		if with, err := sum.Add(t.Tax); err != nil {
			return nil, err
		} else if with <= r.Above {
			instead[code] = r.Below
		}
	}
	out := slices.Clone(all)
	for i := range out {
		if code, ok := instead[out[i].PPN]; ok {
			out[i].PPN = code
		}
	}
	return out, nil
}

// taxes are the taxes of all charges on a day, one for each rule, and what of each charge's own rule falls on it. A tax is worked
// out once for all charges under a rule, as the faktur pajak has it, and shared out among them to the rupiah.
func taxes(ctx context.Context, db bun.IDB, all []Charge, day time.Time, left map[string]taxRow) ([]Tax, []money.Rupiah, error) {
	type group struct {
		code, kind string
		members    []int
	}
	var groups []group
	join := func(code, kind string, i int) {
		for g := range groups {
			if groups[g].code == code && groups[g].kind == kind {
				groups[g].members = append(groups[g].members, i)
				return
			}
		}
		groups = append(groups, group{code, kind, []int{i}})
	}
	for i, c := range all {
		join(c.PPN, PPN, i)
		if c.PPh != "" {
			join(c.PPh, PPh, i)
		}
	}
	var out []Tax
	shares := make([]money.Rupiah, len(all))
	for _, g := range groups {
		r, err := ruleOn(ctx, db, g.code, g.kind, day)
		if err != nil {
			return nil, nil, err
		}
		var amounts []money.Rupiah
		for _, i := range g.members {
			amounts = append(amounts, all[i].Amount)
		}
		sum, err := money.Sum(amounts...)
		if err != nil {
			return nil, nil, err
		}
		if sum < 0 {
			return nil, nil, fault.New(fault.Conflict, "invoice.negative", "code", g.code)
		}
		t, err := r.Of(sum)
		if err != nil {
			return nil, nil, fmt.Errorf("invoice: tax %s: %w", g.code, err)
		}
		if left != nil {
			if t, err = t.within(left[g.code]); err != nil {
				return nil, nil, err
			}
		}
		out = append(out, t)
		if err := share(t, g.members, amounts, shares); err != nil {
			return nil, nil, err
		}
	}
	return out, shares, nil
}

// within holds what is taken back under a rule to what is left of the invoice under it, so that all of it can be taken back and
// never a rupiah of tax more.
func (t Tax) within(left taxRow) (Tax, error) {
	switch {
	case t.Amount > left.Amount:
		return t, fault.New(fault.Conflict, "invoice.credit_too_large", "most", max(left.Amount, 0))
	case t.Amount == left.Amount:
		t.Base, t.Tax = left.Base, left.Tax
	default:
		t.Base, t.Tax = min(t.Base, left.Base), min(t.Tax, left.Tax)
	}
	return t, nil
}

// share adds to shares what of t's billed tax falls on each member.
func share(t Tax, members []int, amounts, shares []money.Rupiah) error {
	if t.Billed() == 0 {
		return nil
	}
	left := t.Billed()
	for k, i := range members {
		part, err := t.Billed().FractionHalfUp(int64(amounts[k]), int64(t.Amount))
		if err != nil {
			return err
		}
		if k == len(members)-1 {
			part = left // the last takes the rounding
		}
		shares[i], left = part, left-part
	}
	return nil
}
