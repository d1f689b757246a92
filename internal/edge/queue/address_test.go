package queue

import (
	"testing"

	"bedelau/internal/city/inbox"
)

// TestAnAddressSaysWhatTheFormSends: the address of a list is in Indonesian throughout, and read back it is the same list; one
// that was kept in English still is.
func TestAnAddressSaysWhatTheFormSends(t *testing.T) {
	t.Parallel()
	f := inbox.Filter{View: inbox.ViewAll, Stage: "received", Late: true, StepLate: true, DueWithin: 3}
	q := filterQuery(f)
	for name, want := range map[string]string{"lihat": "semua", "tahap": "terkirim", "terlambat": "ya", "tahap_terlambat": "ya", "dalam": "3"} {
		if got := q.Get(name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	if back := filterOf(q.Get); back != f {
		t.Errorf("read back it is %+v, want %+v", back, f)
	}
	q.Set("tahap_terlambat", "yes")
	if back := filterOf(q.Get); back != f {
		t.Errorf("as it was kept it is %+v, want %+v", back, f)
	}
}
