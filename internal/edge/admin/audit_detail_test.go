package admin

import (
	"encoding/json"
	"testing"

	"bedelau/internal/kernel/i18n"
)

// TestNumbersAreShownAsTheyWereRecorded: money in rupiah, and no large number as a power of ten.
func TestNumbersAreShownAsTheyWereRecorded(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"lines": 7, "total": 2500000}`:   "Banyaknya baris: 7; Jumlah seluruhnya: Rp2.500.000",
		`{"amount": -9007199254740993}`:    "Jumlah: -Rp9.007.199.254.740.993",
		`{"cost": 12500000, "shares": 3}`:  "biaya: Rp12.500.000; jumlah bagian: 3",
		`{"amount": 40000, "kept": 60000}`: "Jumlah: Rp40.000; Yang tetap diterima: Rp60.000",
		`{"year": 2026}`:                   "Tahun: 2026",
		`{"version": 12345678901234567}`:   "Versi: 12345678901234567",
		``:                                 "",
		`[]`:                               "",
	} {
		if got := auditDetail(nil, i18n.ID, json.RawMessage(raw), nil); got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
}
