package intake

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/props"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// FeeReceiptPDF returns the receipt (bukti bayar) of what was paid of a fee, with the name of its file, to its applicant or
// to staff who may read the application. Its QR leads to the page that verifies the application's own receipt. It refuses
// Conflict "fee.not_paid".
func (s *Service) FeeReceiptPDF(ctx context.Context, actor identity.Actor, id, which uuid.UUID) (name string, pdf []byte, err error) {
	app, err := s.Readable(ctx, actor, id)
	if err != nil {
		return "", nil, err
	}
	all, err := fee.Of(ctx, s.Deps.DB.App, application.SubjectKind, app.ID)
	if err != nil {
		return "", nil, err
	}
	for _, f := range all {
		if f.ID == which && f.Paid > 0 {
			pdf, err = s.printFee(ctx, app, f)
			return "bukti-bayar-" + app.Number + ".pdf", pdf, err
		}
	}
	return "", nil, fault.New(fault.Conflict, "fee.not_paid")
}

func (s *Service) printFee(ctx context.Context, app application.Application, f fee.Fee) ([]byte, error) {
	l := i18n.From(ctx)
	city, _ := tenancy.CityFrom(ctx)
	title := l.T("casework.fee_receipt.title")
	sh, err := sheet.New(sheet.Of(city, app.AgencyName.In(l), ""), title+" "+app.Number, f.Entries[len(f.Entries)-1].At)
	if err != nil {
		return nil, err
	}
	sh.Space(4)
	sh.Add(title, props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 13})
	sh.Add(f.Paid.String(), props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 22, Top: 4, Bottom: 2})
	sh.Add(f.Paid.Words(), props.Text{Align: align.Center, Size: 10, Bottom: 6})
	sh.Pair(l.T("casework.fee_receipt.for"), f.Title.In(l))
	sh.Pair(l.T("casework.receipt.service"), app.ServiceName.In(l))
	sh.Pair(l.T("casework.fee_receipt.number"), app.Number)
	sh.Pair(l.T("casework.fee_receipt.from"), app.ApplicantName)
	sh.Pair(l.T("casework.fee_receipt.asked"), f.Amount.String())
	for _, e := range f.Entries {
		switch on, err := time.Parse(time.DateOnly, e.Day); {
		case e.Kind == fee.Refund:
			sh.Pair(l.T("casework.fee_receipt.refunded"), l.Date(e.At.In(city.Location()))+", "+e.Amount.String()+": "+e.Reason)
		case err == nil:
			sh.Pair(l.T("casework.fee_receipt.on", "date", l.Date(on)), e.Amount.String()+", "+l.T("casework.fee_receipt.reference", "reference", e.Reference))
		}
	}
	if f.Status == fee.Due {
		sh.Pair(l.T("casework.fee_receipt.rest"), f.Open().String())
	}
	if f.Basis != "" {
		sh.Pair(l.T("casework.fee_receipt.basis"), f.Basis)
	}
	sh.Space(8)
	err = sh.Check(s.Deps.Documents.VerifyURL(city, app.ReceiptToken), sh.Aside(l.T("casework.fee_receipt.check"), 2, 10, fontstyle.Normal))
	if err != nil {
		return nil, err
	}
	return sh.Bytes()
}
