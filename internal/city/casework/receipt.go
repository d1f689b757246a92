package casework

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/props"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Receipt (tanda terima) is what an applicant holds as proof. Its QR leads to the verification page, which tells that
// it is genuine and not what it is about.
type Receipt struct {
	Number        string
	ServiceName   i18n.Text
	AgencyName    i18n.Text
	ApplicantName string
	SubmittedAt   time.Time
	Term          workcal.Term
	DueAt         time.Time // as promised at the moment of printing; zero while paused or without a promise
	VerifyURL     string
	TrackURL      string
	QR            []byte // PNG of VerifyURL
}

// Receipt returns the receipt of a submitted application to its applicant, or to staff who may read it. A draft has
// none: Conflict "application.no_receipt".
func (s *Service) Receipt(ctx context.Context, actor identity.Actor, id uuid.UUID) (Receipt, error) {
	app, err := s.readable(ctx, actor, id)
	if err != nil {
		return Receipt{}, err
	}
	if app.Draft() {
		return Receipt{}, fault.New(fault.Conflict, "application.no_receipt")
	}
	city, _ := tenancy.CityFrom(ctx)
	r := Receipt{
		Number: app.Number, ServiceName: app.ServiceName, AgencyName: app.AgencyName, ApplicantName: app.ApplicantName,
		SubmittedAt: app.SubmittedAt, Term: app.Term(), DueAt: app.DueAt,
		VerifyURL: s.verifyURL(city, app.ReceiptToken), TrackURL: s.d.BaseURL(city) + "/lacak",
	}
	r.QR, err = QR(r.VerifyURL)
	return r, err
}

// ReceiptPDF is Receipt on paper, in the reader's language. The refusals are those of Receipt.
func (s *Service) ReceiptPDF(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]byte, error) {
	r, err := s.Receipt(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	l := i18n.From(ctx)
	city, _ := tenancy.CityFrom(ctx)
	zone := city.Location()
	title := l.T("casework.receipt.title")
	sh, err := newSheet(city, r.AgencyName.In(l), title+" "+r.Number, r.SubmittedAt)
	if err != nil {
		return nil, err
	}
	sh.space(4)
	sh.add(title, props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 13})
	sh.add(r.Number, props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 24, Top: 4, Bottom: 6})
	sh.pair(l.T("casework.receipt.service"), r.ServiceName.In(l))
	sh.pair(l.T("casework.receipt.agency"), r.AgencyName.In(l))
	sh.pair(l.T("casework.receipt.applicant"), r.ApplicantName)
	sh.pair(l.T("casework.receipt.submitted"), l.DateTime(r.SubmittedAt.In(zone)))
	if !r.Term.IsZero() {
		sh.pair(l.T("casework.receipt.term"), l.T(r.Term.TextKey(), "n", strconv.Itoa(r.Term.Amount)))
	}
	if !r.DueAt.IsZero() {
		sh.pair(l.T("casework.receipt.due"), l.DateTime(r.DueAt.In(zone)))
	}
	sh.space(8)
	err = sh.check(r.VerifyURL,
		sh.aside(l.T("casework.receipt.check"), 2, 10, fontstyle.Normal),
		sh.aside(l.T("casework.receipt.track", "url", r.TrackURL), 14, 10, fontstyle.Normal),
	)
	if err != nil {
		return nil, err
	}
	return sh.bytes()
}
