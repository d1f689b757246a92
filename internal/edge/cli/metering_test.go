package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestVerifyFailsOnADifference: a script learns it from the exit status, a person from the lines.
func TestVerifyFailsOnADifference(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args  []string
		found []Verified
		want  string
		ok    bool
	}{
		{[]string{"metering", "verify"}, []Verified{{City: "batam", Month: "2026-11"}}, "batam  2026-11  ok", true},
		{[]string{"metering", "verify", "--tenant", "batam"}, []Verified{{City: "batam", Month: "2026-11", Differences: []string{"hour 9"}}}, "batam  2026-11  DIFFERS\n  hour 9", false},
		{[]string{"metering", "verify", "--month", "November"}, nil, "", false},
	} {
		var out bytes.Buffer
		root := command(Ops{Metering: MeteringOps{Verify: func(context.Context, string, string) ([]Verified, error) { return tt.found, nil }}})
		root.SetArgs(tt.args)
		root.SetOut(&out)
		err := root.ExecuteContext(t.Context())
		if (err == nil) != tt.ok || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%v: %q, %v", tt.args, out.String(), err)
		}
	}
}

// TestAProducersKeyIsPrinted once, with what it is registered for.
func TestAProducersKeyIsPrinted(t *testing.T) {
	t.Parallel()
	var asked ProducerOptions
	root := command(Ops{Metering: MeteringOps{Register: func(_ context.Context, o ProducerOptions) (string, error) {
		asked = o
		return "bdl_key", nil
	}}})
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"metering", "producer", "add", "--name", "Gerbang SMS", "--contact", "PT Pesan", "--source", "https://sms.example.id", "--meters", "notifications_sent,storage", "--tenants", "batam"})
	if err := root.ExecuteContext(t.Context()); err != nil || !strings.HasPrefix(out.String(), "bdl_key\n") {
		t.Errorf("%q, %v", out.String(), err)
	}
	if len(asked.Meters) != 2 || len(asked.Cities) != 1 || asked.Days != 365 {
		t.Errorf("asked for %+v", asked)
	}
}
