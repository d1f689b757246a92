package cli

import (
	"context"
	"io"
	"testing"
)

// TestUsageLeavesTheMonthToTheCity gives no month, whose default only the city's time zone knows.
func TestUsageLeavesTheMonthToTheCity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want string
		ok   bool
	}{
		{[]string{"usage", "--tenant", "batam"}, "", true},
		{[]string{"usage", "--tenant", "batam", "--month", "2026-11"}, "2026-11", true},
		{[]string{"usage", "--tenant", "batam", "--month", "2026-13"}, "", false},
	} {
		asked := "nothing"
		root := command(Ops{Usage: func(_ context.Context, _, month string) (Usage, error) {
			asked = month
			return Usage{}, nil
		}})
		root.SetArgs(tt.args)
		root.SetOut(io.Discard)
		err := root.ExecuteContext(t.Context())
		if (err == nil) != tt.ok || tt.ok && asked != tt.want {
			t.Errorf("%v asked for %q, %v", tt.args, asked, err)
		}
	}
}
