package console

import (
	"bytes"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/invoice"
	"bedelau/tenants"
)

// FormReturn follows the address of a credit note: what its buyer needs to take the VAT back.
const FormReturn = "/nota-pembatalan"

// exports are the tables for an accountant, by the names of their files.
func exports() map[string]string {
	return map[string]string{invoice.InvoiceTable: "tagihan", invoice.NoteTable: "nota-kredit", invoice.PaymentTable: "penerimaan", invoice.RefundTable: "pengembalian", invoice.BalanceTable: "saldo",
		invoice.TaxTable: "pajak"}
}

// FileOf is where a table of the invoices under base is downloaded, with ?bulan= or ?tahun=.
func FileOf(base, table string) string { return base + "/unduh/" + exports()[table] + ".xlsx" }

// fileRoutes are the tables of the invoices under base.
func (p *Pages) fileRoutes(r gate.Route, base string) gate.Table {
	var out gate.Table
	for _, table := range invoice.Tables() {
		r.Method, r.Path, r.Handler = get, FileOf(base, table), p.exportAs(table)
		out = append(out, r)
	}
	return out
}

// exportAs writes a table of a month or a year as XLSX, the present year when none is named.
func (p *Pages) exportAs(table string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		from, until, named, err := SpanOf(c, site.Zoned(c, p.Now()))
		if err != nil {
			return err
		}
		return SendTable(c, exports()[table]+"-"+named, func(row func([]any) error) error {
			return p.finance.Export(c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), table, from, until, row)
		})
	}
}

// SendTable hands out as XLSX the rows that write gives. What fails once the file has begun breaks it off.
func SendTable(c *gin.Context, name string, write func(row func([]any) error) error) error {
	out := spreadsheet.NewXLSX(c.Writer)
	if site.Described(c, out.Mime()) {
		return nil
	}
	begun := false
	err := write(func(row []any) error {
		if !begun {
			begun = true
			c.Header("Content-Type", out.Mime())
			c.Header("Content-Disposition", `attachment; filename="`+name+out.Ending()+`"`)
		}
		for i, x := range row {
			if day, ok := x.(invoice.Day); ok {
				row[i] = string(day) // where there is none
				if on, err := time.Parse(time.DateOnly, string(day)); err == nil {
					row[i] = spreadsheet.Day(on)
				}
			}
		}
		return out.Row(row)
	})
	if err != nil {
		return err
	}
	return out.Close()
}

// SpanOf reads ?bulan=2026-11 or ?tahun=2026, by default the year of now.
func SpanOf(c *gin.Context, now time.Time) (from, until time.Time, named string, err error) {
	if named = c.Query("bulan"); named != "" {
		if from, err = time.Parse("2006-01", named); err != nil || from.Year() < 2020 || from.Year() > 2199 {
			return from, from, named, site.Invalid("bulan", "invalid")
		}
		return from, from.AddDate(0, 1, 0), named, nil
	}
	if named = c.Query("tahun"); named == "" {
		named = now.Format("2006")
	}
	if from, err = time.Parse("2006", named); err != nil || from.Year() < 2020 || from.Year() > 2199 {
		return from, from, named, site.Invalid("tahun", "invalid")
	}
	return from, from.AddDate(1, 0, 0), named, nil
}

// SendXML hands a file for Coretax out.
func SendXML(c *gin.Context, name string, body []byte) {
	site.FileHeaders(c, "application/xml")
	c.Header("Content-Disposition", `attachment; filename="`+name+`.xml"`)
	c.Data(http.StatusOK, "application/xml", body)
}

// returnFile is what the buyer of a credit note needs to take its VAT back in Coretax.
func (p *Pages) returnFile(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := p.finance.ReturnFile(c.Request.Context(), gate.ActorOf(c), tenants.Coretax, id, &file); err != nil {
		return err
	}
	SendXML(c, "nota-pembatalan-"+id.String(), file.Bytes())
	return nil
}
