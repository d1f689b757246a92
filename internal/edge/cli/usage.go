package cli

import (
	"fmt"
	"io"
	"regexp"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Usage is one city's month: what was counted and what it would cost.
type Usage struct {
	City   string       `json:"city"`
	Month  string       `json:"month"`
	Meters []UsageLine  `json:"meters"`
	Plan   string       `json:"plan"`
	Lines  []CostLine   `json:"lines"`
	Total  money.Rupiah `json:"total_rupiah"`
	Notes  []string     `json:"notes"`
	AsOf   time.Time    `json:"as_of"`
}

// UsageLine is one meter's quantity in the month.
type UsageLine struct {
	Meter    string `json:"meter"`
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	Quantity int64  `json:"quantity"`
}

// CostLine is one line of the bill with its working in words.
type CostLine struct {
	Name    string       `json:"name"`
	Working string       `json:"working"`
	Amount  money.Rupiah `json:"amount_rupiah"`
}

var monthPattern = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

func usageCmd(ops Ops) *cobra.Command {
	var slug, month string
	c := &cobra.Command{Use: "usage", Short: "Show a city's usage in a month and what it would cost under its plan", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if month != "" && !monthPattern.MatchString(month) {
				return usageError{fmt.Errorf("--month must be like 2026-11, not %q", month)}
			}
			u, err := ops.Usage(cmd.Context(), slug, month)
			if err != nil {
				return err
			}
			return show(cmd, u, func(w io.Writer) { printUsage(w, u) })
		}}
	c.Flags().StringVar(&slug, "tenant", "", "slug of the city")
	c.Flags().StringVar(&month, "month", "", "month in the city's time, like 2026-11; this month when left out")
	_ = c.MarkFlagRequired("tenant")
	return c
}

func printUsage(w io.Writer, u Usage) {
	fmt.Fprintf(w, "%s, %s (as of %s)\n\n", u.City, u.Month, u.AsOf.Format(time.RFC3339))
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "METER\tQUANTITY\tUNIT")
	for _, m := range u.Meters {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", m.Name, i18n.ID.Number(m.Quantity), m.Unit)
	}
	if u.Plan == "" {
		tw.Flush()
		fmt.Fprintln(w, "\nThe city has no plan in this month, so nothing is priced.")
		return
	}
	fmt.Fprintf(tw, "\nPLAN %s\tAMOUNT\tWORKING\n", u.Plan)
	for _, l := range u.Lines {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", l.Name, l.Amount, l.Working)
	}
	fmt.Fprintf(tw, "Total\t%s\t\n", u.Total)
	tw.Flush()
	for _, n := range u.Notes {
		fmt.Fprintln(w, n)
	}
}
