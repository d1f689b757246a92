package ductdamage

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
)

func refusedAt(err error) (all []string) {
	if err == nil {
		return nil
	}
	for _, f := range fault.From(err).Fields {
		all = append(all, f.Name+" "+f.Code)
	}
	return all
}

// TestSharesOfSeveral: third parties and operators share a cost, each once, and what is wrong is said of the share that it is in.
func TestSharesOfSeveral(t *testing.T) {
	t.Parallel()
	operator := uuid.NullUUID{UUID: uuid.New(), Valid: true}
	third := func(name string, percent int) Share { return Share{Party: ThirdParty, Name: name, Percent: percent} }
	for name, tt := range map[string]struct {
		shares []Share
		want   []string
	}{
		"two third parties and an operator": {[]Share{third("PT Gali", 45), third("CV Pipa", 35), {Party: ByOperator, OperatorID: operator, Percent: 20}}, nil},
		"none":                              {nil, []string{"shares share_sum"}},
		"too little":                        {[]Share{third("PT Gali", 45), third("CV Pipa", 35)}, []string{"shares share_sum"}},
		"a third party twice":               {[]Share{third("PT Gali", 50), third("pt gali ", 50)}, []string{"shares.2.name share_twice"}},
		"an operator twice":                 {[]Share{{Party: ByOperator, OperatorID: operator, Percent: 50}, {Party: ByOperator, OperatorID: operator, Percent: 50}}, []string{"shares.2.payer share_twice"}},
		"third parties of no name":          {[]Share{third(" ", 50), third("", 50)}, []string{"shares.1.name required", "shares.2.name required"}},
		"nobody, and no number":             {[]Share{third("PT Gali", 100), {Percent: 0}}, []string{"shares.2.payer not_an_option", "shares.2.percent share_number"}},
		"an operator who is none":           {[]Share{third("PT Gali", 50), {Party: ByOperator, Percent: 50}}, []string{"shares.2.payer not_an_option"}},
		"nine":                              {[]Share{third("1", 12), third("2", 11), third("3", 11), third("4", 11), third("5", 11), third("6", 11), third("7", 11), third("8", 11), third("9", 11)}, []string{"shares too_many"}},
	} {
		in := CauseInput{Cause: "excavation", Liable: Nobody, RootCause: "x", Cost: 10, Shares: tt.shares}
		if got := refusedAt(in.check(nil)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestDebtorsOfSeveral: each third party is charged at the address that was said of it, and one of whom none was said is refused by its share; what is
// said of who pays nothing is nobody's.
func TestDebtorsOfSeveral(t *testing.T) {
	t.Parallel()
	shares := []Share{{Party: ByCompany, Position: 1}, {Party: ThirdParty, Position: 2, Name: "PT Gali"}, {Party: ThirdParty, Position: 4, Name: "CV Pipa"}}
	in := BillInput{Debtors: []Debtor{{"CV Pipa", " Gang 2 ", "PIPA@contoh.id"}, {"PT Lain", "Jalan 9", "lain@contoh.id"}, {"PT Gali", "Jalan 1", ""}}}
	got, err := in.debtors(shares)
	if err != nil || len(got) != 2 || got[2] != (Debtor{"PT Gali", "Jalan 1", ""}) || got[4] != (Debtor{"CV Pipa", "Gang 2", "pipa@contoh.id"}) {
		t.Errorf("%+v, %v", got, err)
	}
	in.Debtors[0].Address, in.Debtors[2] = "", Debtor{"PT Gali", "Jalan 1", "kantor@"}
	if _, err := in.debtors(shares); !slices.Equal(refusedAt(err), []string{"email.2 email", "address.4 required"}) {
		t.Errorf("%v", refusedAt(err))
	}
}
