package ductbill

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// TestAFineIsNoSupplyWhoeverIsLate: what is said of the tax of a company from a day on reaches neither the fine, which is no supply (UU 42/2009
// Pasal 4), nor the duct, which is taxed by the ground that it lies in.
func TestAFineIsNoSupplyWhoeverIsLate(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	n, company := y.network(), y.company("PT Serat", 0)
	l := y.ordered(n, company, "2026-03-01", "", uuid.Nil)
	y.must(n.leases.AcceptOn(y.ctx, n.manager, l, day("2026-03-01")))
	y.at = day("2026-04-03").Add(3 * time.Hour)
	_, err := y.Charge(y.ctx, y.bima, day("2026-03-01"))
	y.must(err)
	first, err := y.Issue(y.ctx, y.bima, y.draftOf("2026-03"))
	y.must(err)
	y.at = day("2026-07-03").Add(3 * time.Hour)
	_, err = y.Charge(y.ctx, y.bima, day("2026-06-01"))
	y.must(err)
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		p := invoice.Party{ID: first.PartyID, Name: "PT Serat", Address: "Batam", PPN: "jasa", PPh: "pph4-sewa-bangunan", Basis: "Di luar kawasan bebas"}
		_, err := y.Book.ReviseParty(ctx, tx, y.bima, p, y.today(ctx), y.today(ctx), "Pindah kantor")
		return err
	})
	i, err := y.Issue(y.ctx, y.bima, y.draftOf("2026-06"))
	y.must(err)
	_, lines, _, err := y.Book.Find(y.ctx, i.ID)
	y.must(err)
	var got []string
	for _, x := range lines {
		got = append(got, fmt.Sprint(x.Source["kind"], " ", x.PPN, " ", x.PPh))
	}
	// The fine is 2 % of Rp2.717.866: the duct and the survey of March less what only a slip closes. No tax is on it, and 2 % of the duct is kept back.
	late := lines[len(lines)-1]
	if len(got) != 3 || got[0] != "duct jasa-kpbpb pph23-sewa" || got[2] != "late bukan-objek " || late.Amount != 54_357 || late.Tax != 0 || i.Tax != 0 || i.Withholdable != money.Rupiah(oneMonth*2+50)/100 {
		t.Errorf("%v, a fine of %v with a tax of %v; on the invoice %v and %v kept back", got, late.Amount, late.Tax, i.Tax, i.Withholdable)
	}
}

// draftOf is the only draft of a month.
func (y *world) draftOf(month string) (id uuid.UUID) {
	y.t.Helper()
	y.must(y.w.DB.App.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? AND source LIKE ?", y.w.Batam.ID, "duct:"+month+":%").Scan(y.ctx, &id))
	return id
}
