package invoice

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// TestWhatIsLeftIsPaidWhereItIsTaken: a number at the bank that takes one amount alone is a way to pay until another is left; then the letter
// says what is left, by which way, and that the number takes it no more. Where nothing is left, nothing is said.
func TestWhatIsLeftIsPaidWhereItIsTaken(t *testing.T) {
	t.Parallel()
	i := Invoice{Number: "DCT/2026/000001", Total: 3_358_755, Withholdable: 61_070, VirtualAccount: "7788000001"}
	account := []Account{{Bank: "BRK Syariah", Number: "820-21-00456", Holder: "BUMD Ducting"}}
	closed, open := VirtualAccounts{Bank: "BRK Syariah", Prefix: "77880", Closed: true}, VirtualAccounts{Bank: "BRK Syariah", Prefix: "77880"}
	const exactly, left, none, transfer = "menerima tepat Rp3.297.685", "Sisa yang dibayarkan: Rp", "7788000001 hanya menerima Rp3.297.685 sekaligus", "820-21-00456 atas nama BUMD Ducting"
	for name, x := range map[string]struct {
		seller       Seller
		paid         money.Rupiah
		want, lacked []string
	}{
		"nothing paid":            {Seller{VirtualAccount: closed, Accounts: account}, 0, []string{"Rekening virtual BRK Syariah: 7788000001", exactly, transfer}, []string{left, none}},
		"part is paid":            {Seller{VirtualAccount: closed, Accounts: account}, 1_000_000, []string{left + "2.297.685", none, transfer}, []string{exactly, "Syariah: 7788000001"}},
		"part is paid, no others": {Seller{VirtualAccount: closed}, 1_000_000, []string{left + "2.297.685", none, "Tanyakan nomor rekening"}, []string{exactly}},
		"any amount is taken":     {Seller{VirtualAccount: open, Accounts: account}, 1_000_000, []string{left + "2.297.685", "Syariah: 7788000001", transfer}, []string{exactly, none}},
	} {
		text := x.seller.HowToPay(i18n.ID, i, i.Total-i.Withholdable-x.paid)
		for _, w := range x.want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is not said:\n%s", name, w, text)
			}
		}
		for _, w := range x.lacked {
			if strings.Contains(text, w) {
				t.Errorf("%s: %q is said:\n%s", name, w, text)
			}
		}
	}
	if text := (Seller{VirtualAccount: closed, Accounts: account}).HowToPay(i18n.ID, i, 0); text != "" {
		t.Errorf("nothing is left to pay: %s", text)
	}
}
