package treasury

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// credit asks what is taken back of each line of an invoice.
func (p *Pages) credit(c *gin.Context) error { return p.creditPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) creditPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	b, err := p.Finance.Find(ctx, who, id)
	if err == nil && b.Kind != invoice.Bill {
		err = site.NotFound()
	}
	if err != nil {
		return err
	}
	all, err := p.Finance.CreditLines(ctx, who, id)
	if err != nil {
		return err
	}
	here := console.PathInvoices + "/" + id.String()
	title := l.T("credit.title", "number", b.Number)
	v := bill.View{Shell: p.DeskShell(c, title), Back: here, Heading: title, Lead: l.T("bumd.two_people"), Errors: errs}
	t := bill.Table{Title: l.T("bill.lines"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("credit.charged"), End: true}, {Label: l.T("credit.credited"), End: true}, {Label: l.T("credit.asked"), End: true}, {Label: l.T("credit.left"), End: true}}}
	f := bill.Form{ID: "nota", Action: here + formCred, Text: l.T("credit.text"), Submit: l.T("credit.ask"), Second: &bill.Button{Name: "semua", Value: "ya", Label: l.T("credit.ask_all")}}
	var rest money.Rupiah
	for _, x := range all {
		rest += x.Left()
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l), Href: fmt.Sprintf("%s/baris/%d", here, x.Position), Small: x.Working.In(l)}, {Text: x.Amount.String()}, {Text: x.Credited.String()}, {Text: x.Asked.String()}, {Text: x.Left().String()}}})
		if x.Left() == 0 {
			continue
		}
		name := fmt.Sprintf("line-%d", x.Position)
		label := l.T("credit.line", "n", x.Position, "name", x.Name.In(l))
		for i, e := range errs {
			if e.Name == "lines" { // it is of all, and said at the first
				errs[i].Name = name
			}
			if errs[i].Name == name {
				errs[i].Label = label
			}
		}
		f.Fields = append(f.Fields, ui.Field{Name: name, Type: "text", Label: label, Hint: l.T("credit.line_hint", "most", x.Left()), Optional: true, Max: 24, Value: in.Get(name), Error: errs.Of(name)})
	}
	lines := bill.Section{ID: "baris", Title: l.T("bill.lines"), Table: &t}
	if b.Standing.Withheld > 0 {
		lines.Note = bill.Note{Text: l.T("credit.withheld", "amount", b.Standing.Withheld)}
	}
	if rest == 0 {
		lines.Note = bill.Note{Text: l.T("credit.nothing_left")}
	} else {
		f.Fields = append(f.Fields, console.ReasonField(l, in.Get("reason"), errs))
		v.Sections = append(v.Sections, bill.Section{ID: "isi", Title: l.T("credit.form"), Forms: []bill.Form{f}})
	}
	v.Sections = append([]bill.Section{lines}, v.Sections...)
	return p.Render(c, status, bill.Page(v))
}

// askCredit keeps the request for somebody else.
func (p *Pages) askCredit(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	labels := map[string]string{"reason": "bill.reason"}
	return p.act(c, "change_asked", console.PathInvoices+"/"+id.String(), p.creditPage, nil, labels, nil, func(in site.Form) error {
		ctx, who := c.Request.Context(), gate.ActorOf(c)
		all, err := p.Finance.CreditLines(ctx, who, id)
		if err != nil {
			return err
		}
		back := map[int]money.Rupiah{}
		for _, x := range all {
			amount, err := amountIn(in, fmt.Sprintf("line-%d", x.Position))
			if err != nil {
				return err
			}
			if in.Get("semua") != "" {
				amount = x.Left()
			}
			back[x.Position] = amount
		}
		_, err = p.Finance.AskCredit(ctx, who, id, back, in.Text("reason"))
		return err
	})
}

// amountIn reads an amount that may be missing.
func amountIn(in site.Form, name string) (money.Rupiah, error) {
	if in.Text(name) == "" {
		return 0, nil
	}
	return console.AmountOf(in, name)
}
