package intake

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/props"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/sheet"
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
	Received      []Received
	Places        []Places
	Ground        geo.Map // for drawing Places
	VerifyURL     string
	TrackURL      string
	QR            []byte // PNG of VerifyURL
}

// Received is a document that was handed in: what it is and what its files are called.
type Received struct {
	Label i18n.Text
	Names []string
}

// Places are the points that a question was answered with. Sensitive ones are on no receipt.
type Places struct {
	Code   string
	Label  i18n.Text
	Points []geo.Point
}

// placesOf are the places of an application in the order of its form, and the ground to draw them on.
func (s *Service) placesOf(ctx context.Context, app application.Application) ([]Places, geo.Map, error) {
	form, err := s.Form(ctx, s.Deps.DB.App, app)
	if err != nil || !form.AsksPoint() {
		return nil, geo.Map{}, err
	}
	answers, err := s.Answers(ctx, app)
	if err != nil {
		return nil, geo.Map{}, err
	}
	var out []Places
	for _, p := range form.Pages {
		for _, f := range p.Fields {
			if points := form.Places(answers, f.Code); len(points) > 0 {
				out = append(out, Places{Code: f.Code, Label: f.Label, Points: points})
			}
		}
	}
	city, _ := tenancy.CityFrom(ctx)
	ground, err := pack.LoadMap(ctx, s.Deps.DB.App, app.SubmittedAt.In(city.Location()))
	return out, ground, err
}

// fileName is what the receipt is called as a file.
func (r Receipt) fileName() string { return "tanda-terima-" + r.Number + ".pdf" }

// received lists the files of an application in the order of its form, those of the rows of a group too.
func (s *Service) received(ctx context.Context, app application.Application) ([]Received, error) {
	attached, err := s.FilesOf(ctx, s.Deps.DB.App, app)
	if err != nil || len(attached) == 0 {
		return nil, err
	}
	form, err := s.Form(ctx, s.Deps.DB.App, app)
	if err != nil {
		return nil, err
	}
	answers, err := s.Answers(ctx, app)
	if err != nil {
		return nil, err
	}
	at, err := s.AsOf(ctx, s.Deps.DB.App, app, form)
	if err != nil {
		return nil, err
	}
	var out []Received
	for _, p := range form.Ask(answers, application.Counts(attached), at).Pages {
		for _, f := range p.Fields {
			if len(attached[f.Code]) == 0 {
				continue
			}
			r := Received{Label: f.Title()}
			for _, x := range attached[f.Code] {
				r.Names = append(r.Names, x.Name)
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// Text writes what was handed in for a person: "Kartu Keluarga (kk.jpg)".
func (r Received) Text(l i18n.Locale) string {
	return strings.TrimSpace(r.Label.In(l)) + " (" + strings.Join(r.Names, ", ") + ")"
}

// Receipt returns the receipt of a submitted application to its applicant, or to staff who may read it. A draft has
// none: Conflict "application.no_receipt".
func (s *Service) Receipt(ctx context.Context, actor identity.Actor, id uuid.UUID) (Receipt, error) {
	app, err := s.Readable(ctx, actor, id)
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
		VerifyURL: s.Deps.Documents.VerifyURL(city, app.ReceiptToken), TrackURL: s.Deps.BaseURL(city) + "/lacak",
	}
	if r.Received, err = s.received(ctx, app); err != nil {
		return Receipt{}, err
	}
	if r.Places, r.Ground, err = s.placesOf(ctx, app); err != nil {
		return Receipt{}, err
	}
	r.QR, err = sheet.QR(r.VerifyURL)
	return r, err
}

// ReceiptPDF is Receipt on paper, in the reader's language, with the name of its file. The refusals are those of Receipt.
func (s *Service) ReceiptPDF(ctx context.Context, actor identity.Actor, id uuid.UUID) (name string, pdf []byte, err error) {
	r, err := s.Receipt(ctx, actor, id)
	if err != nil {
		return "", nil, err
	}
	pdf, err = s.print(ctx, r)
	return r.fileName(), pdf, err
}

func (s *Service) print(ctx context.Context, r Receipt) ([]byte, error) {
	l := i18n.From(ctx)
	city, _ := tenancy.CityFrom(ctx)
	zone := city.Location()
	title := l.T("casework.receipt.title")
	sh, err := sheet.New(sheet.Of(city, r.AgencyName.In(l), ""), title+" "+r.Number, r.SubmittedAt)
	if err != nil {
		return nil, err
	}
	sh.Space(4)
	sh.Add(title, props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 13})
	sh.Add(r.Number, props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 24, Top: 4, Bottom: 6})
	sh.Pair(l.T("casework.receipt.service"), r.ServiceName.In(l))
	sh.Pair(l.T("casework.receipt.agency"), r.AgencyName.In(l))
	sh.Pair(l.T("casework.receipt.applicant"), r.ApplicantName)
	sh.Pair(l.T("casework.receipt.submitted"), l.DateTime(r.SubmittedAt.In(zone)))
	if !r.Term.IsZero() {
		sh.Pair(l.T("casework.receipt.term"), termText(r.Term, l))
	}
	if !r.DueAt.IsZero() {
		sh.Pair(l.T("casework.receipt.due"), l.Due(r.DueAt.In(zone)))
	}
	for i, x := range r.Received {
		label := ""
		if i == 0 {
			label = l.T("casework.receipt.documents")
		}
		sh.Pair(label, x.Text(l))
	}
	for _, x := range r.Places {
		sh.Space(3)
		sh.Pair(x.Label.In(l), l.T("casework.receipt.places", "n", len(x.Points)))
		sh.Map(r.Ground, x.Points, l)
	}
	sh.Space(8)
	err = sh.Check(r.VerifyURL,
		sh.Aside(l.T("casework.receipt.check"), 2, 10, fontstyle.Normal),
		sh.Aside(l.T("casework.receipt.track", "url", r.TrackURL), 14, 10, fontstyle.Normal),
	)
	if err != nil {
		return nil, err
	}
	return sh.Bytes()
}

// termText is the promise in words: so many working days, or until a day that was announced.
func termText(t workcal.Term, l i18n.Locale) string {
	if day, ok := t.Named(); ok {
		return l.T(t.TextKey(), "date", l.Date(day))
	}
	return l.T(t.TextKey(), "n", strconv.Itoa(t.Amount))
}
