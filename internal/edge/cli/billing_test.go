package cli

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"bedelau/internal/kernel/money"
)

func TestCloseSaysWhatBecameOfEachCity(t *testing.T) {
	t.Parallel()
	var asked CloseOptions
	ops := Ops{Billing: BillingOps{Close: func(_ context.Context, o CloseOptions) ([]Closed, error) {
		asked = o
		return []Closed{
			{City: "Kota Batam", Month: "2026-10", Lines: []CostLine{{Name: "Langganan", Working: "Rp2.500.000 per bulan", Amount: 2_500_000}}, Total: 2_500_000, Source: "subscription/x/2026-10"},
			{City: "Kota Tanjungpinang", Month: "2026-10", Refused: "Close 2026-09 first."},
			{City: "Kota Bintan", Month: "2026-10", Total: money.Rupiah(-5)},
		}, nil
	}}}
	root := command(ops)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"billing", "close", "--month", "2026-10", "--dry-run"})
	if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "1 of 3") {
		t.Errorf("a city that was refused: %v", err)
	}
	if asked != (CloseOptions{Month: "2026-10", DryRun: true}) {
		t.Errorf("asked %+v", asked)
	}
	for _, want := range []string{"Rp2.500.000 per bulan", "draft subscription/x/2026-10", "not closed: Close 2026-09 first.", "nothing is due"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %s", want, out.String())
		}
	}
	for _, args := range [][]string{{"billing", "close"}, {"billing", "close", "--month", "2026-13"}} {
		root := command(ops)
		root.SetArgs(args)
		root.SetOut(io.Discard)
		if err := root.ExecuteContext(t.Context()); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
