package ductorder

import (
	"slices"
	"testing"

	"bedelau/internal/kernel/fault"
)

// TestOnlyAdministratorsBindTheirCompany: others of it go on with the work, but neither accept a quote nor give notice.
func TestOnlyAdministratorsBindTheirCompany(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	quoted := st.quoted(st.mine)
	held := st.active()
	admin := func(is bool) {
		_, err := st.w.DB.App.NewRaw("UPDATE duct_person SET admin = ? WHERE tenant_id = ? AND account_id = ?", is, st.w.Batam.ID, st.mine.ID).Exec(st.ctx)
		st.must(err)
	}
	offered := func(o Order) (codes []string) {
		d, err := st.Find(st.ctx, st.mine, o.ID)
		st.must(err)
		for _, x := range d.Offers {
			codes = append(codes, x.Action.Code)
		}
		return codes
	}
	admin(false)
	if _, err := st.AcceptQuote(st.ctx, st.mine, quoted.ID, 0); !fault.Is(err, "operator.not_admin") {
		t.Errorf("somebody accepts a quote: %v", err)
	}
	if _, err := st.GiveNotice(st.ctx, st.mine, held.ID, 0, day("2027-06-01"), "Pindah"); !fault.Is(err, "operator.not_admin") {
		t.Errorf("somebody gives notice: %v", err)
	}
	if got := offered(quoted); !slices.Equal(got, []string{"withdraw"}) {
		t.Errorf("somebody is offered %v of a quote", got)
	}
	admin(true)
	if got := offered(quoted); !slices.Contains(got, "accept_quote") {
		t.Errorf("an administrator is offered %v", got)
	}
	_, err := st.AcceptQuote(st.ctx, st.mine, quoted.ID, 0)
	st.must(err)
	_, err = st.GiveNotice(st.ctx, st.mine, held.ID, 0, day("2027-06-01"), "Pindah")
	st.must(err)
}
