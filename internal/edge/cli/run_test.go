package cli

import (
	"context"
	"slices"
	"testing"

	"bedelau/internal/kernel/audit"
)

// TestDoctorTakesWhatAuditorsWroteDown, and ends with 1 for faults, not for warnings.
func TestDoctorTakesWhatAuditorsWroteDown(t *testing.T) {
	t.Parallel()
	const short = "1204:4f1e-93b0-77ac-0d2e-91c4"
	for _, tt := range []struct {
		args   []string
		found  Check
		status int
		want   []string // of batam
	}{
		{nil, Check{OK: true}, 0, nil},
		{nil, Check{}, 1, nil},
		{nil, Check{Warning: true}, 0, nil},
		{[]string{"--anchor", "batam=" + short, "--anchor", "batam=7" + short[4:]}, Check{OK: true}, 0, []string{short, "7" + short[4:]}},
		{[]string{"--anchor", short}, Check{OK: true}, 2, nil},
		{[]string{"--anchor", "batam=1204"}, Check{OK: true}, 2, nil},
	} {
		var got []string
		status := Run(t.Context(), append([]string{"doctor", "--json"}, tt.args...), Ops{Doctor: func(_ context.Context, o DoctorOptions) []Check {
			for _, a := range o.Anchors["batam"] {
				got = append(got, audit.Anchor.Short(a))
			}
			return []Check{tt.found}
		}})
		if status != tt.status || !slices.Equal(got, tt.want) {
			t.Errorf("%q: status %d with %q, want %d with %q", tt.args, status, got, tt.status, tt.want)
		}
	}
}
