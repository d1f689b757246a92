package portal

import (
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/resident"
)

// waitsOf names the offices that were asked in the state in which the application stands: what is waited for, and where.
func waitsOf(c *gin.Context, d casework.Detail) []resident.Waits {
	l := gate.LocaleOf(c)
	var out []resident.Waits
	for _, j := range d.Joint {
		if j.State != d.Application.State || j.Status == workflow.TaskWithdrawn {
			continue
		}
		w := resident.Waits{Agency: j.AgencyName.In(l), Ask: j.Ask.Label.In(l), Answered: j.Status == workflow.TaskAnswered}
		if !j.DueAt.IsZero() {
			w.Due = site.Zoned(c, j.DueAt)
		}
		out = append(out, w)
	}
	return out
}

// feesOf is what the applicant is or was asked to pay.
func feesOf(c *gin.Context, d casework.Detail) []resident.Fee {
	l := gate.LocaleOf(c)
	var out []resident.Fee
	for _, f := range d.Fees {
		v := resident.Fee{Title: f.Title.In(l), Amount: f.Amount.String(), Status: f.Status, How: f.How.In(l), Basis: f.Basis}
		if !f.DueAt.IsZero() {
			v.Due = site.Zoned(c, f.DueAt)
		}
		if f.Paid > 0 && f.Status == fee.Due {
			v.Rest = l.T("fee.rest", "paid", f.Kept().String(), "rest", f.Open().String())
		}
		for _, e := range f.Entries {
			day, _ := time.Parse(time.DateOnly, e.Day)
			text := l.T("fee.payment_own", "amount", e.Amount.String(), "date", l.Date(day), "reference", e.Reference)
			if e.Kind == fee.Refund {
				text = l.T("fee.back_own", "amount", e.Amount.String(), "date", l.Date(site.Zoned(c, e.At)), "reason", e.Reason)
			}
			v.Entries = append(v.Entries, text)
		}
		if f.Paid > 0 {
			v.Receipt = own(d.Application.ID, "/bukti-bayar/"+f.ID.String()+".pdf")
		}
		out = append(out, v)
	}
	return out
}
