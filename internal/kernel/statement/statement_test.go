package statement_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/statement"
)

func brks() statement.Mapping {
	return statement.Mapping{Decimal: ",", Layout: "02/01/2006", Day: "Tanggal", Credit: "Kredit", Debit: "Debit", Balance: "Saldo", Text: []string{"Keterangan"}, Reference: "No. Referensi"}
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func say(l statement.Line) string {
	return strings.Join([]string{l.Day.Format("01-02"), l.Amount.String(), l.Reference, l.Payer, l.PayerAccount, l.Virtual, strings.ReplaceAll(l.Text, "\n", "/")}, "|")
}

func TestAStatementIsReadAsTheBankWroteIt(t *testing.T) {
	t.Parallel()
	camt := []string{
		"11-02|Rp5.880.000,00|FT26306001|RKUD Kota Tanjungpinang|8200100001||SP2D 0912/LS/2026 INV/2026/000001",
		"11-02|-Rp6.500,00|||||BIAYA ADM", "11-03|Rp1.500.000,00|VA-1|||8899026000002|", "11-03|Rp2.500.000,00|VA-2|||8899026000003|",
	}
	for _, tt := range []struct {
		file, account    string
		opening, closing string
		format           statement.Format
		lines            []string
	}{
		{"brks.csv", "", "Rp10.000.000,00", "Rp17.874.734,56", statement.CSV, []string{
			"11-02|Rp5.880.000,00|FT26306001||||TRF DARI PEMERINTAH KOTA TANJUNGPINANG SP2D 0912/LS/2026 INV/2026/000001", "11-02|-Rp6.500,00|||||BIAYA ADM",
			"11-03|Rp1.000.000,00|FT26307114||||SETORAN TUNAI", "11-03|Rp1.000.000,00|FT26307114||||SETORAN TUNAI", "11-30|Rp1.234,56|||||JASA GIRO"}},
		{"bank.mt940", "1090012345678", "Rp10.000.000,00", "Rp16.872.500,00", statement.MT940, []string{
			"11-02|Rp5.880.000,00|FT26306001||||TRF DARI PEMERINTAH KOTA TANJUNGPINANG SP2D 0912/LS/2026 INV/2026/0/00001/TRANSFER", "11-02|-Rp6.500,00|||||BIAYA ADM",
			"11-03|Rp1.000.000,00|FT26307114||||PEMBAYARAN/INV 2026 000002/PT SERAT CONTOH/PO-4417", "01-01|-Rp1.000,00|KOREKSI||||"}},
		{"camt.053.001.02.xml", "8202100123", "Rp10.000.000,00", "Rp19.873.500,00", statement.CAMT, camt},
		{"camt.053.001.08.xml", "8202100123", "Rp10.000.000,00", "Rp19.873.500,00", statement.CAMT, camt},
	} {
		all, err := statement.Read(file(t, tt.file), brks())
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %d, %v", tt.file, len(all), err)
		}
		s := all[0]
		if s.Account != tt.account || s.Opening.String() != tt.opening || s.Closing.String() != tt.closing || s.Format != tt.format || !s.Stated {
			t.Errorf("%s: %s %s %s %s", tt.file, s.Account, s.Opening, s.Closing, s.Format)
		}
		seen := map[string]bool{}
		for i, l := range s.Lines {
			if i >= len(tt.lines) || say(l) != tt.lines[i] {
				t.Errorf("%s, line %d: %s", tt.file, i, say(l))
			}
			if seen[l.Identity] {
				t.Errorf("%s, line %d has the identity of another", tt.file, i)
			}
			seen[l.Identity] = true
		}
		again, err := statement.Read(file(t, tt.file), brks())
		for i, l := range again[0].Lines {
			if err != nil || l.Identity != s.Lines[i].Identity {
				t.Errorf("%s, line %d is another the second time", tt.file, i)
			}
		}
	}
}

// What a bank would not write is refused with a place, and nothing is read of it.
func TestAWrongStatementIsRefused(t *testing.T) {
	t.Parallel()
	change := func(name, old, by string) []byte {
		text := string(file(t, name))
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", name, old)
		}
		return []byte(strings.ReplaceAll(text, old, by))
	}
	for _, tt := range []struct {
		name string
		raw  []byte
		want string
	}{
		{"nothing", []byte(" \n"), "statement.empty"},
		{"a table without the columns", []byte("a,b\n1,2\n"), "statement.no_heading"},
		{"a running balance that jumps", change("brks.csv", `"15.873.500,00"`, `"15.873.501,00"`), "statement.balance_column"},
		{"a day of another layout", change("brks.csv", "03/11/2026", "11-03-2026"), "statement.malformed"},
		{"thousands in the wrong place", change("brks.csv", "5.880.000,00", "58.80.000,00"), "statement.malformed"},
		{"a closing balance that is not the sum", change("bank.mt940", ":62F:C261130IDR16872500,00", ":62F:C261130IDR16872501,00"), "statement.balance"},
		{"dollars", change("bank.mt940", "IDR", "USD"), "statement.currency"},
		{"a line that is none", change("bank.mt940", "2611021102D6500,NCHG", "26110211D6500,NCHG"), "statement.malformed"},
		{"no end", change("bank.mt940", ":62F:", ":63F:"), "statement.unreadable"},
		{"a sum that is wrong", change("camt.053.001.02.xml", "19873500.00", "19873500.01"), "statement.balance"},
		{"euros in an entry", change("camt.053.001.02.xml", `<Amt Ccy="IDR">6500.00`, `<Amt Ccy="EUR">6500.00`), "statement.currency"},
		{"another message", change("camt.053.001.02.xml", "camt.053", "camt.052"), "statement.malformed"},
		{"broken off", file(t, "camt.053.001.02.xml")[:900], "statement.malformed"},
		{"a last row that broke off", append(file(t, "brks.csv"), []byte("30/11/2026,\"TRF DARI\"")...), "statement.malformed"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\xff\xfe"), "statement.not_text"},
		{"too large", make([]byte, statement.Most+1), "statement.too_large"},
	} {
		if _, err := statement.Read(tt.raw, brks()); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v; want %s", tt.name, err, tt.want)
		}
	}
	if _, err := statement.Read([]byte("a,b\n"), statement.Mapping{}); !fault.Is(err, "statement.no_mapping") {
		t.Errorf("without a mapping: %v", err)
	}
}

func TestTheColumnsOfABankAreData(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, csv string
		m         statement.Mapping
		want      []string
	}{
		{"a side apart, the latest first, semicolons", "Date;Amount;DB/CR;Balance;Remark\n2026-11-03;1,000,000.00;CR;1,500,000.00;B\n2026-11-02;250,000.00;DB;500,000.00;A\n",
			statement.Mapping{Separator: ";", Layout: "2006-01-02", Day: "Date", Amount: "Amount", Side: "DB/CR", In: "CR", Balance: "Balance", Text: []string{"Remark"}},
			[]string{"11-02|-Rp250.000,00|||||A", "11-03|Rp1.000.000,00|||||B"}},
		{"a minus, and no balance", "date,sum,who\n2026-11-02,-250000,A\n2026-11-03,1000000,B\n", statement.Mapping{Layout: "2006-01-02", Day: "date", Amount: "sum", Payer: "who"},
			[]string{"11-02|-Rp250.000,00||A|||", "11-03|Rp1.000.000,00||B|||"}},
	} {
		all, err := statement.Read([]byte(tt.csv), tt.m)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		for i, l := range all[0].Lines {
			if say(l) != tt.want[i] {
				t.Errorf("%s: %s", tt.name, say(l))
			}
		}
	}
}

// consistent is what holds of everything that was read, whatever the file.
func consistent(t *testing.T, raw []byte) {
	t.Helper()
	all, err := statement.Read(raw, brks())
	if err != nil {
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid {
			t.Fatalf("refused by %v", err)
		}
		return
	}
	seen := map[string]bool{}
	for _, s := range all {
		sum := s.Opening
		for _, l := range s.Lines {
			sum += l.Amount
			if l.Amount == 0 || l.Day.IsZero() || seen[l.Identity] || len([]rune(l.Text)) > 1000 {
				t.Fatalf("%+v", l)
			}
			if l.Day.Before(s.From) || l.Day.After(s.To) {
				t.Fatalf("%s is outside of %s to %s", l.Day.Format(time.DateOnly), s.From, s.To)
			}
			seen[l.Identity] = true
		}
		if s.Stated && sum != s.Closing {
			t.Fatal(fmt.Sprint("does not add up: ", sum, s.Closing))
		}
	}
}

func fuzz(f *testing.F, names ...string) {
	for _, name := range names {
		raw := file(f, name)
		f.Add(raw)
		f.Add(raw[:len(raw)/2])
	}
	f.Add([]byte("0\"0"))
	f.Fuzz(consistent)
}

func FuzzCSV(f *testing.F)   { fuzz(f, "brks.csv") }
func FuzzMT940(f *testing.F) { fuzz(f, "bank.mt940") }
func FuzzCAMT(f *testing.F)  { fuzz(f, "camt.053.001.02.xml", "camt.053.001.08.xml") }
