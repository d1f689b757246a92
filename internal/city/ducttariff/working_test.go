package ducttariff

import (
	"testing"

	"bedelau/internal/kernel/i18n"
)

// TestAnIndexRaisesWhatTheOneBeforeMade, and whoever reads how a price came about is not led to add them up.
func TestAnIndexRaisesWhatTheOneBeforeMade(t *testing.T) {
	t.Parallel()
	raises := []Index{{Head: Head{Name: i18n.Text{i18n.ID: "IHK 2026", i18n.EN: "CPI 2026"}}, Rise: 250}, {Head: Head{Name: i18n.Text{i18n.ID: "IHK 2027", i18n.EN: "CPI 2027"}}, Rise: 300}}
	for l, want := range map[i18n.Locale]string{i18n.ID: "Rp14.781 (Rp14.000 + 2,5% IHK 2026, lalu + 3% IHK 2027)", i18n.EN: "Rp14.781 (Rp14.000 + 2.5% CPI 2026, then + 3% CPI 2027)"} {
		if got := made(l, Tariff{Charge: Metre, Rate: 14_000}, raises, 14_781); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
