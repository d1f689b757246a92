package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/money"
)

// PayinOps is what operators do with the money that came in.
type PayinOps struct {
	Statement func(ctx context.Context, o StatementOptions) (Imported, error)
	Export    func(ctx context.Context, o ExportOptions, row func([]any) error) error
	Faktur    func(ctx context.Context, o ExportOptions, w io.Writer) (int, error)
	Arrears   func(ctx context.Context) ([]AgedRow, error)
}

// StatementOptions names a file of the bank; without Apply it is only shown what it would bring.
type StatementOptions struct {
	Name    string
	Raw     []byte
	Account string
	Apply   bool
}

// Imported is what a statement brought, or would.
type Imported struct {
	Account string         `json:"account"`
	Known   int            `json:"known"` // lines that were imported before
	Lines   []ImportedLine `json:"lines"`
	Applied bool           `json:"applied"`
}

// ImportedLine is a line that is new.
type ImportedLine struct {
	Day     string       `json:"day"`
	Amount  string       `json:"amount"`
	State   string       `json:"state"`
	Why     string       `json:"why,omitempty"`
	Numbers []string     `json:"invoices,omitempty"`
	Waits   money.Rupiah `json:"waits_rupiah,omitempty"` // for a withholding slip
	Text    string       `json:"text,omitempty"`
}

// ExportOptions names a table and the month that it is of.
type ExportOptions struct {
	Table string
	Month string
}

// AgedRow is what a party owes by how long it is overdue.
type AgedRow struct {
	Party  string       `json:"party"`
	Open   money.Rupiah `json:"open_rupiah"`
	NotDue money.Rupiah `json:"not_due_rupiah"`
	To30   money.Rupiah `json:"to_30_rupiah"`
	To60   money.Rupiah `json:"to_60_rupiah"`
	To90   money.Rupiah `json:"to_90_rupiah"`
	Beyond money.Rupiah `json:"beyond_rupiah"`
}

func statementCmd(ops Ops) *cobra.Command {
	var o StatementOptions
	c := &cobra.Command{Use: "statement FILE", Short: "Look through a statement of the bank (CSV, MT940, CAMT.053), and book it with --apply", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if o.Raw, err = os.ReadFile(args[0]); err != nil {
				return err
			}
			o.Name = filepath.Base(args[0])
			r, err := ops.Payin.Statement(cmd.Context(), o)
			if err != nil {
				return err
			}
			return show(cmd, r, func(w io.Writer) { printImported(w, r) })
		}}
	c.Flags().StringVar(&o.Account, "account", "", "number of the seller's account; what the file names when left out")
	c.Flags().BoolVar(&o.Apply, "apply", false, "book it; without this nothing is paid")
	return c
}

func printImported(w io.Writer, r Imported) {
	fmt.Fprintf(w, "Account %s: %d new lines, %d imported before\n", r.Account, len(r.Lines), r.Known)
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, l := range r.Lines {
		waits := ""
		if l.Waits > 0 {
			waits = "waits for a slip of " + l.Waits.String()
		}
		fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\t%s\t%s\n", l.Day, l.Amount, l.State, strings.Join(l.Numbers, " "), l.Why, waits)
	}
	tw.Flush()
	if !r.Applied {
		fmt.Fprintln(w, "Nothing was booked. Run it again with --apply.")
	}
}

func exportCmd(ops Ops) *cobra.Command {
	var o ExportOptions
	var file string
	c := &cobra.Command{Use: "export", Short: "Write the invoices, payments, taxes or faktur pajak of a month to a file", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !monthPattern.MatchString(o.Month) {
				return usageError{fmt.Errorf("--month must be like 2026-11, not %q", o.Month)}
			}
			if !tablePattern.MatchString(o.Table) {
				return usageError{fmt.Errorf("--table must be invoices, payments, taxes or faktur, not %q", o.Table)}
			}
			out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // it names people and what they owe
			if err != nil {
				return err
			}
			return errors.Join(writeExport(cmd, ops, o, out), out.Close())
		}}
	c.Flags().StringVar(&o.Table, "table", "invoices", "invoices, payments, taxes (XLSX) or faktur (XML for Coretax)")
	c.Flags().StringVar(&o.Month, "month", "", "month of the seller, like 2026-11")
	c.Flags().StringVar(&file, "file", "", "file to make; it must not exist")
	_ = c.MarkFlagRequired("month")
	_ = c.MarkFlagRequired("file")
	return c
}

var tablePattern = regexp.MustCompile(`^(invoices|payments|taxes|faktur)$`)

func writeExport(cmd *cobra.Command, ops Ops, o ExportOptions, out io.Writer) error {
	rows := -1 // the heading is none
	if o.Table == "faktur" {
		var err error
		if rows, err = ops.Payin.Faktur(cmd.Context(), o, out); err != nil {
			return err
		}
	} else {
		sheet := spreadsheet.WriteXLSX(out)
		err := ops.Payin.Export(cmd.Context(), o, func(row []any) error { rows++; return sheet.Row(row) })
		if err := errors.Join(err, sheet.Close()); err != nil {
			return err
		}
	}
	return show(cmd, map[string]int{"rows": rows}, func(w io.Writer) { fmt.Fprintf(w, "%d rows written\n", rows) })
}

func arrearsCmd(ops Ops) *cobra.Command {
	return &cobra.Command{Use: "arrears", Short: "Show what every party owes today by how long it is overdue", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := ops.Payin.Arrears(cmd.Context())
			if err != nil {
				return err
			}
			return show(cmd, all, func(w io.Writer) {
				tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
				fmt.Fprintln(tw, "Party\tOpen\tNot due\t1-30 days\t31-60\t61-90\tover 90")
				for _, a := range all {
					fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.Party, a.Open, a.NotDue, a.To30, a.To60, a.To90, a.Beyond)
				}
				tw.Flush()
			})
		}}
}
