package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"bedelau/internal/kernel/money"
)

// BillingOps is what operators do with bills.
type BillingOps struct {
	Load  func(ctx context.Context, file string) (added int, err error) // file "" is the program's own
	Close func(ctx context.Context, o CloseOptions) ([]Closed, error)
}

// CloseOptions says which months to close; without a city, of every one.
type CloseOptions struct {
	Month  string
	Tenant string
	DryRun bool
}

// Closed is what a month of a city came to, or why it was not closed.
type Closed struct {
	City    string       `json:"city"`
	Month   string       `json:"month"`
	Lines   []CostLine   `json:"lines"`
	Total   money.Rupiah `json:"total_rupiah"` // before tax
	Source  string       `json:"source"`       // of its draft in the books of the platform; empty when there is none
	Refused string       `json:"refused,omitempty"`
	DryRun  bool         `json:"dry_run,omitempty"`
}

func billingCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "billing", Short: "Load the seller and its tax rules, close months, book what came in, export"}
	var file string
	load := &cobra.Command{Use: "load", Short: "Put the seller, the tax rules and the cities' regimes in force; what is there stays", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := ops.Billing.Load(cmd.Context(), file)
			if err != nil {
				return err
			}
			return show(cmd, map[string]int{"added": n}, func(w io.Writer) { fmt.Fprintf(w, "%d entries added\n", n) })
		}}
	load.Flags().StringVar(&file, "file", "", "a file like tenants/seller.yaml, which is read without one")
	var o CloseOptions
	shut := &cobra.Command{Use: "close", Short: "Close a month: rate it and write one draft invoice for each city", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !monthPattern.MatchString(o.Month) {
				return usageError{fmt.Errorf("--month must be like 2026-11, not %q", o.Month)}
			}
			all, err := ops.Billing.Close(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := show(cmd, all, func(w io.Writer) { printClosed(w, all) }); err != nil {
				return err
			}
			bad := 0
			for _, x := range all {
				if x.Refused != "" {
					bad++
				}
			}
			if bad > 0 {
				return fmt.Errorf("%d of %d cities were not closed", bad, len(all))
			}
			return nil
		}}
	shut.Flags().StringVar(&o.Month, "month", "", "month in each city's time, like 2026-11")
	shut.Flags().StringVar(&o.Tenant, "tenant", "", "slug of the city; every city with a subscription when left out")
	shut.Flags().BoolVar(&o.DryRun, "dry-run", false, "show what would be billed and write nothing")
	_ = shut.MarkFlagRequired("month")
	c.AddCommand(load, shut, statementCmd(ops), exportCmd(ops), arrearsCmd(ops))
	return c
}

func printClosed(w io.Writer, all []Closed) {
	if len(all) == 0 {
		fmt.Fprintln(w, "No city has a subscription to bill in that month.")
	}
	for _, c := range all {
		fmt.Fprintf(w, "%s, %s\n", c.City, c.Month)
		if c.Refused != "" {
			fmt.Fprintf(w, "  not closed: %s\n\n", c.Refused)
			continue
		}
		tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, l := range c.Lines {
			fmt.Fprintf(tw, "  %s\t%s\t%s\n", l.Name, l.Amount, l.Working)
		}
		fmt.Fprintf(tw, "  Total before tax\t%s\t\n", c.Total)
		tw.Flush()
		switch {
		case c.DryRun:
			fmt.Fprintln(w, "  dry run: nothing was written")
		case c.Source != "":
			fmt.Fprintf(w, "  draft %s\n", c.Source)
		default:
			fmt.Fprintln(w, "  nothing is due, so there is no draft")
		}
		fmt.Fprintln(w)
	}
}
