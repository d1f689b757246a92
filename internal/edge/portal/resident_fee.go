package portal

import (
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
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
		v := resident.Fee{Title: f.Title.In(l), Amount: f.Amount.String(), Status: f.Status, How: f.How.In(l), Basis: f.Basis, Reference: f.Reference, Words: f.RefundReason}
		if !f.DueAt.IsZero() {
			v.Due = site.Zoned(c, f.DueAt)
		}
		if t, err := time.Parse(time.DateOnly, f.PaidOn); err == nil {
			v.PaidOn = l.Date(t)
		}
		if f.WasPaid() {
			v.Receipt = own(d.Application.ID, "/bukti-bayar/"+f.ID.String()+".pdf")
		}
		out = append(out, v)
	}
	return out
}
