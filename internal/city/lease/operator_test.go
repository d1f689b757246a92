package lease

import "testing"

// TestTheNumbersOfAnOperator are read by the rules of every form, so that a company is found by one spelling.
func TestTheNumbersOfAnOperator(t *testing.T) {
	t.Parallel()
	for phone, ok := range map[string]bool{"": true, " 0778 123456 ": true, "0812 7000 1234": true, "0778": false, "ada": false} {
		o := Operator{Name: "PT Serat", NIB: "1234567890123", Licence: "x", Email: "a@b.id", Phone: phone}
		if bad := o.Wrong(); (len(bad) == 0) != ok || !ok && bad[0].Name != "phone" {
			t.Errorf("called at %q: %+v", phone, bad)
		}
	}
	for _, c := range []struct{ nib, npwp, keptNIB, keptNPWP, wrong string }{
		{"1234 5678 90123", "01.234.567.8-901.000", "1234567890123", "0012345678901000", ""}, // an NPWP of before 2024
		{"1234567890123", "0012345678901000", "1234567890123", "0012345678901000", ""},
		{"1234567890123", "", "1234567890123", "", ""},
		{"9999999999999", "", "", "", "nib_digits"},
		{"1234567890123", "000000000000000", "", "", "npwp_digits"},
		{"", "", "", "", "required"},
	} {
		o := Operator{Name: "PT Serat", NIB: c.nib, NPWP: c.npwp, Licence: "x", Email: "a@b.id"}
		wrong, err := "", o.spelt()
		if faults := o.Wrong(); err != nil && len(faults) == 1 {
			wrong = faults[0].Code
		}
		if wrong != c.wrong || err == nil && (o.NIB != c.keptNIB || o.NPWP != c.keptNPWP) {
			t.Errorf("%q, %q: kept as %q, %q, refused as %q", c.nib, c.npwp, o.NIB, o.NPWP, wrong)
		}
	}
}
