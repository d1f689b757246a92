package ductorder

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// paperIn is the language of papers, whoever reads them: they are shown to authorities and auditors.
const paperIn = i18n.ID

// OpenPaper opens a paper of an order as a PDF, for the caller to close, for whom Find is; NotFound "ductorder.not_found". Who opens
// it first prints it, and everybody has the same from then on.
func (s *Service) OpenPaper(ctx context.Context, actor identity.Actor, order, id uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	o, err := s.read(ctx, actor, order)
	if err != nil {
		return files.File{}, nil, err
	}
	p, err := s.paper(ctx, o, id)
	if err == nil && !p.FileID.Valid {
		if err = s.print(ctx, p); err == nil {
			p, err = s.paper(ctx, o, id)
		}
	}
	if err != nil {
		return files.File{}, nil, err
	}
	return s.d.Files.Open(ctx, p.FileID.UUID)
}

func (s *Service) paper(ctx context.Context, o Order, id uuid.UUID) (Paper, error) {
	all, err := papers(ctx, s.d.DB, o.ID)
	if err != nil {
		return Paper{}, err
	}
	i := slices.IndexFunc(all, func(p Paper) bool { return p.ID == id })
	if i < 0 {
		return Paper{}, notFound()
	}
	return all[i], nil
}

// print makes the PDF of a paper and keeps it. Where another was first, these bytes are swept away.
func (s *Service) print(ctx context.Context, p Paper) error {
	head, err := s.head(ctx, p)
	if err != nil {
		return err
	}
	pdf, err := p.pdf(head)
	if err != nil {
		return fmt.Errorf("ductorder: print: %w", err)
	}
	f, err := s.d.Files.Receive(ctx, files.PutInput{Purpose: "duct_order", Name: p.Number + ".pdf", Rule: files.Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf)})
	if err != nil {
		return fmt.Errorf("ductorder: print: %w", err)
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Files.Keep(ctx, tx, f); err != nil {
			return err
		}
		res, err := tx.NewRaw("UPDATE duct_order_paper SET file_id = ? WHERE tenant_id = ? AND id = ? AND file_id IS NULL", f.ID, p.TenantID, p.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductorder: print: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return s.d.Files.Delete(ctx, tx, f.ID)
		}
		return nil
	})
}

// head is the letterhead of the company that runs the ducts on the paper's day, else the city's.
func (s *Service) head(ctx context.Context, p Paper) (sheet.Head, error) {
	seller, err := invoice.SellerOn(ctx, s.d.DB, p.Day)
	if fault.Is(err, "invoice.no_seller") {
		city, _ := tenancy.CityFrom(ctx)
		return sheet.Of(city, city.Name, ""), nil
	}
	var address []string
	for _, x := range []string{seller.Address, seller.Phone, seller.Email} {
		if x != "" {
			address = append(address, x)
		}
	}
	return sheet.Head{Name: seller.Name, Address: strings.Join(address, " · ")}, err
}

// pdf is a paper in print.
func (p Paper) pdf(head sheet.Head) ([]byte, error) {
	const l = paperIn
	title := l.T("ductorder.paper." + p.Kind)
	sh, err := sheet.New(head, title+" "+p.Number, p.Day)
	if err != nil {
		return nil, err
	}
	sh.Space(2)
	sh.Add(strings.ToUpper(title), props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 12.5})
	sh.Add(l.T("document.pdf.number", "number", p.Number), props.Text{Align: align.Center, Size: 11, Top: 1, Bottom: 3})
	if p.Kind == PaperBAST {
		sh.Add(l.T("ductorder.paper.bast_opening", "day", l.Date(p.Body.AcceptedOn), "city", p.Body.CitySigner.Name, "city_role", p.Body.CitySigner.Role, "run_by", head.Name, "name", p.Body.Signer.Name, "role", p.Body.Signer.Role, "company", p.Body.Company.Name),
			props.Text{Bottom: 3, VerticalPadding: 1.4})
	}
	for _, r := range p.Rows(l) {
		sh.Pair(r[0], r[1])
	}
	sh.Space(3)
	if q := p.Body.Quote; q != nil && p.Kind == PaperQuote {
		p.prices(sh, *q)
	}
	if q := p.Body.Quote; q != nil && p.Kind == PaperOrder {
		sh.Add(l.T("ductorder.paper.order_text", "quote", p.Body.QuoteNumber, "once", q.OnceSum, "month", q.MonthSum), props.Text{Bottom: 2, VerticalPadding: 1.4})
	}
	if p.Kind == PaperBAST {
		sh.Add(l.T("ductorder.paper.bast_text", "from", l.Date(p.chargedFrom())), props.Text{Bottom: 2, VerticalPadding: 1.4})
	}
	p.sign(sh, head.Name)
	return sh.Bytes()
}

func (p Paper) chargedFrom() time.Time {
	return Order{AcceptedOn: p.Body.AcceptedOn, Since: p.Body.Since}.ChargedFrom()
}

// Rows are what a paper says of the order, as label and value.
func (p Paper) Rows(l i18n.Locale) [][2]string {
	b := p.Body
	var out [][2]string
	add := func(key, value string) {
		if value != "" {
			out = append(out, [2]string{l.T(key), value})
		}
	}
	agreement := b.Agreement.Number
	if agreement != "" && !b.Agreement.Day.IsZero() {
		agreement = l.T("ductorder.paper.agreement_of", "number", agreement, "day", l.Date(b.Agreement.Day))
	}
	add("ductorder.paper.order_number", b.Order)
	add("ductorder.paper.company", b.Company.Name)
	add("lease.nib", b.Company.NIB)
	add("lease.npwp", b.Company.NPWP)
	add("lease.address", b.Company.Address)
	add("ductorder.agreement", agreement)
	add("ductorder.route", l.T("ductorder.from_to", "from", b.From, "to", b.To))
	add("lease.what", l.T("lease.units."+b.Kind, "n", b.Quantity))
	add("duct.billed", l.T("ductorder.length_in", "length", l.T("duct.metres", "n", l.Number((b.LengthMM+500)/1000)), "n", b.Segments))
	if b.Until.IsZero() {
		add("lease.days", l.T("lease.span_open", "since", l.Date(b.Since)))
	} else {
		add("lease.days", l.T("lease.span", "since", l.Date(b.Since), "last", l.Date(b.Until.AddDate(0, 0, -1))))
	}
	var grounds []string
	for _, a := range b.Authorities {
		grounds = append(grounds, a.In(l))
	}
	add("ductorder.authorities", strings.Join(grounds, ", "))
	add("ductorder.lease", b.Lease)
	if p.Kind == PaperQuote {
		add("ductorder.valid_until", l.Date(p.ValidUntil))
	}
	return out
}

// prices prints what is charged, each line with its working and the rule that it rests on.
func (p Paper) prices(sh sheet.Sheet, q ducttariff.Quote) {
	const l = paperIn
	part := func(title string, all []ducttariff.Line, sum string) {
		sh.Row(sheet.Cell{Text: title, Width: 9, Bold: true}, sheet.Cell{Text: l.T("invoice.paper.amount"), Width: 3, Bold: true, Right: true})
		sh.Rule()
		for _, x := range all {
			sh.Row(sheet.Cell{Text: x.Name.In(l), Small: x.Working.In(l) + " · " + Basis(l, x), Width: 9}, sheet.Cell{Text: x.Amount.String(), Width: 3, Right: true})
		}
		sh.Rule()
		sh.Row(sheet.Cell{Text: l.T("invoice.paper.net"), Width: 9, Bold: true}, sheet.Cell{Text: sum, Width: 3, Bold: true, Right: true})
		sh.Space(2)
	}
	if len(q.Once) > 0 {
		part(l.T("ductquote.once"), q.Once, q.OnceSum.String())
	}
	part(l.T("ductquote.month"), q.Month, q.MonthSum.String())
	sh.Pair(l.T("ductquote.year"), q.YearSum.String())
	if q.TermSum > 0 {
		sh.Pair(l.T("ductquote.term"), q.TermSum.String())
	}
	if q.Deposit > 0 {
		sh.Pair(l.T("ductprice.deposit"), q.Deposit.String())
	}
	if !q.MinimumTo.IsZero() {
		sh.Pair(l.T("ductprice.minimum"), l.T("ductquote.minimum", "last", l.Date(q.MinimumTo.AddDate(0, 0, -1))))
	}
	sh.Add(l.T("ductorder.paper.quote_text", "day", l.Date(q.Day), "until", l.Date(p.ValidUntil)), props.Text{Size: 9, Top: 2, VerticalPadding: 1.2})
}

// Basis is the rule that a line of a quote rests on, how its rate was found, and its legal note.
func Basis(l i18n.Locale, x ducttariff.Line) string {
	out := l.T("ductorder.basis", "basis", x.Basis)
	if x.Method != "" {
		out += "; " + l.T("ductorder.method", "method", x.Method)
	}
	if x.LegalNote != "" {
		out += "; " + l.T("ductorder.legal_note", "note", x.LegalNote)
	}
	return out
}

// sign leaves room for the hands of those who sign: of an acceptance record both sides, of the others the company that runs the ducts.
func (p Paper) sign(sh sheet.Sheet, runBy string) {
	const l = paperIn
	sh.Space(6)
	ours := sheet.Cell{Text: l.T("ductorder.paper.for", "company", runBy), Width: 6}
	if p.Kind != PaperBAST {
		sh.Row(sheet.Cell{Text: l.Date(p.Day), Width: 6}, sheet.Cell{Width: 6})
		sh.Row(ours, sheet.Cell{Width: 6})
		sh.Space(20)
		sh.Row(sheet.Cell{Text: "(…………………………………)", Width: 6}, sheet.Cell{Width: 6})
		return
	}
	sh.Row(ours, sheet.Cell{Text: l.T("ductorder.paper.for", "company", p.Body.Company.Name), Width: 6})
	sh.Space(20)
	sh.Row(sheet.Cell{Text: p.Body.CitySigner.Name, Small: p.Body.CitySigner.Role, Width: 6, Bold: true}, sheet.Cell{Text: p.Body.Signer.Name, Small: p.Body.Signer.Role, Width: 6, Bold: true})
}
