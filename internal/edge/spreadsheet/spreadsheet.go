// Package spreadsheet writes tables as CSV (RFC 4180) and XLSX, row by row, so that no list is held at once. A text that a
// spreadsheet would take for a formula is marked as text.
package spreadsheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Sheet is a table that is written row by row. A cell is a string, a whole number or a moment.
type Sheet interface {
	Mime() string
	Ending() string
	Row(cells []any) error
	Close() error // writes what is still held
}

// dateTime is how a moment stands in a cell: every spreadsheet reads it as one.
const dateTime = "2006-01-02 15:04"

// csvSheet is RFC 4180 with the mark by which spreadsheets know UTF-8.
type csvSheet struct {
	w   *csv.Writer
	raw io.Writer
	n   int
}

// NewCSV begins a CSV file on w.
func NewCSV(w http.ResponseWriter) Sheet { return &csvSheet{w: csv.NewWriter(w), raw: w} }

func (*csvSheet) Mime() string   { return "text/csv; charset=utf-8" }
func (*csvSheet) Ending() string { return ".csv" }

func (s *csvSheet) Row(cells []any) error {
	if s.n == 0 {
		if _, err := io.WriteString(s.raw, "\ufeff"); err != nil {
			return err
		}
	}
	s.n++
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = asText(c)
	}
	return s.w.Write(texts)
}

func (s *csvSheet) Close() error {
	s.w.Flush()
	return s.w.Error()
}

func asText(cell any) string {
	if d, ok := cell.(Day); ok {
		return time.Time(d).Format(time.DateOnly)
	}
	if t, ok := cell.(time.Time); ok {
		return t.Format(dateTime)
	}
	return Harmless(fmt.Sprint(cell))
}

// Harmless keeps a cell from being read as a formula, which could call a program of whoever opens the file: OWASP, CSV
// Injection. Spreadsheets pass over blanks before the sign, and some read its full-width form alike. The apostrophe shows
// that what follows is text.
func Harmless(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000"))
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// Day is a calendar day, midnight of UTC, in a cell of an XLSX file: a date that can be sorted and counted with, without an hour.
type Day time.Time

// xlsxSheet keeps finished rows in a temporary file.
type xlsxSheet struct {
	w      io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	moment int // the style of a time
	day    int // and that of a Day
	n      int
	err    error
}

const sheetName = "Sheet1"

// NewXLSX begins an XLSX file on w.
func NewXLSX(w http.ResponseWriter) Sheet { return xlsxTo(w) }

// WriteXLSX begins an XLSX file on a file of the system.
func WriteXLSX(w io.Writer) Sheet { return xlsxTo(w) }

func xlsxTo(w io.Writer) *xlsxSheet {
	s := &xlsxSheet{w: w, file: excelize.NewFile()}
	format := "yyyy-mm-dd hh:mm"
	if s.moment, s.err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); s.err != nil {
		return s
	}
	days := "yyyy-mm-dd"
	if s.day, s.err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &days}); s.err != nil {
		return s
	}
	if s.stream, s.err = s.file.NewStreamWriter(sheetName); s.err != nil {
		return s
	}
	if s.err = s.stream.SetColWidth(1, 13, 20); s.err != nil {
		return s
	}
	s.err = s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	return s
}

func (*xlsxSheet) Mime() string {
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}
func (*xlsxSheet) Ending() string { return ".xlsx" }

func (s *xlsxSheet) Row(cells []any) error {
	if s.err != nil {
		return s.err
	}
	s.n++
	out := make([]any, len(cells))
	for i, c := range cells {
		if d, ok := c.(Day); ok {
			out[i] = excelize.Cell{StyleID: s.day, Value: time.Time(d)}
			continue
		}
		if t, ok := c.(time.Time); ok {
			// A spreadsheet knows no zones: it is to show the hour of the city.
			local := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
			out[i] = excelize.Cell{StyleID: s.moment, Value: local}
			continue
		}
		out[i] = c // strings are written as strings, never as formulas
	}
	return s.stream.SetRow(fmt.Sprintf("A%d", s.n), out)
}

func (s *xlsxSheet) Close() error {
	defer s.file.Close()
	if s.err != nil {
		return s.err
	}
	if err := s.stream.Flush(); err != nil {
		return err
	}
	_, err := s.file.WriteTo(s.w)
	return err
}
