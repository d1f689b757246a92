package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A table of the books is a spreadsheet in which no name is a formula, and a file that is there stays as it is.
func TestExportMakesAFile(t *testing.T) {
	t.Parallel()
	var asked ExportOptions
	ops := Ops{Payin: PayinOps{Export: func(_ context.Context, o ExportOptions, row func([]any) error) error {
		asked = o
		if err := row([]any{"Pihak", "Jumlah"}); err != nil {
			return err
		}
		return row([]any{`=HYPERLINK("http://x")`, int64(6_660_000)})
	}}}
	file := filepath.Join(t.TempDir(), "a.xlsx")
	run := func(args ...string) error {
		root := command(ops)
		root.SetOut(&bytes.Buffer{})
		root.SetArgs(append([]string{"billing", "export"}, args...))
		return root.ExecuteContext(t.Context())
	}
	if err := run("--month", "2026-11", "--file", file); err != nil || asked != (ExportOptions{Table: "invoices", Month: "2026-11"}) {
		t.Fatalf("%+v, %v", asked, err)
	}
	x, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	formula, err := x.GetCellFormula("Sheet1", "A2")
	rows, also := x.GetRows("Sheet1")
	if err != nil || also != nil || formula != "" || rows[1][0] != `=HYPERLINK("http://x")` || rows[1][1] != "6660000" {
		t.Errorf("%q, %v, %v, %v", formula, rows, err, also)
	}
	for _, args := range [][]string{{"--month", "2026-11", "--file", file}, {"--month", "2026-13", "--file", file + "2"}, {"--month", "2026-11", "--file", file + "3", "--table", "people"}} {
		if err := run(args...); err == nil {
			t.Errorf("%v is not refused", args)
		}
	}
}

func TestAStatementIsOnlyLookedThrough(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mutasi.csv")
	if err := os.WriteFile(file, []byte("a,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var asked StatementOptions
	ops := Ops{Payin: PayinOps{Statement: func(_ context.Context, o StatementOptions) (Imported, error) {
		asked = o
		return Imported{Account: "8202100123", Known: 2, Lines: []ImportedLine{{Day: "2026-11-02", Amount: "Rp1,00", State: "matched", Numbers: []string{"INV/2026/000001"}, Waits: 5}}, Applied: o.Apply}, nil
	}}}
	for _, apply := range []bool{false, true} {
		root := command(ops)
		var out bytes.Buffer
		root.SetOut(&out)
		args := []string{"billing", "statement", file, "--account", "820"}
		if apply {
			args = append(args, "--apply")
		}
		root.SetArgs(args)
		if err := root.ExecuteContext(t.Context()); err != nil || asked.Name != "mutasi.csv" || asked.Account != "820" || asked.Apply != apply {
			t.Errorf("%+v, %v", asked, err)
		}
		if strings.Contains(out.String(), "Nothing was booked") == apply || !strings.Contains(out.String(), "INV/2026/000001") || !strings.Contains(out.String(), "slip of Rp5") {
			t.Error(out.String())
		}
	}
}
