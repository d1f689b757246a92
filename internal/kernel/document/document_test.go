package document

import (
	"testing"
	"time"
)

func TestAnExpiredDocumentSaysSo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		d    Document
		want string
	}{
		{Document{Status: Valid}, Valid},
		{Document{Status: Valid, ValidUntil: now.Add(time.Hour)}, Valid},
		{Document{Status: Valid, ValidUntil: now.Add(-time.Hour)}, Expired},
		{Document{Status: Revoked, ValidUntil: now.Add(-time.Hour)}, Revoked},
	} {
		if got := tt.d.StatusAt(now); got != tt.want {
			t.Errorf("%+v is %s, want %s", tt.d, got, tt.want)
		}
	}
}
