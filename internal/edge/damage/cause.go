package damage

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// operatorsMost bounds whom one can choose from.
const operatorsMost = 500

// cause is what caused a damage and who pays for it, and asks for that.
func (p *Pages) cause(c *gin.Context, x ductdamage.Detail, f forms) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "penyebab", Title: l.T("damage.cause"), Empty: &bill.Empty{Icon: "search", Title: l.T("damage.no_cause"), Text: l.T("damage.no_cause_hint")}}
	if x.Cause != "" {
		s.Empty = nil
		who := l.T("damage.liable." + x.Liable)
		if name := x.LiableName + x.Liability; name != "" {
			who += ", " + name
		} else if !x.ThirdErasedAt.IsZero() {
			who += "\n" + l.T("duct.erased", "day", l.Date(site.Zoned(c, x.ThirdErasedAt)))
		}
		s.Rows = []ui.Row{{Label: l.T("damage.cause"), Value: l.T("damage.cause." + x.Cause)}, {Label: l.T("damage.liable"), Value: who}, {Label: l.T("damage.root_cause"), Value: x.RootCause}, {Label: l.T("damage.cost"), Value: x.Cost.String()}}
	}
	if len(x.Shares) > 0 {
		s.Table = &bill.Table{Title: l.T("damage.shares"), Columns: []bill.Column{{Label: l.T("damage.party")}, {Label: l.T("damage.percent"), End: true}, {Label: l.T("damage.amount"), End: true}}}
		sum := money.Rupiah(0)
		for _, y := range x.Shares {
			s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("damage.liable." + y.Party), Small: y.Name + x.Companies[y.OperatorID.UUID]}, {Text: strconv.Itoa(y.Percent) + "%"}, {Text: y.Amount.String()}}})
			sum += y.Amount
		}
		s.Table.Foot = []bill.Cell{{Text: l.T("damage.sum")}, {Text: "100%"}, {Text: sum.String()}}
	}
	if x.State == ductdamage.Dismissed || !x.ThirdErasedAt.IsZero() || !p.may(c, access.DuctManage) { // who answers may be found after it was closed
		return s, nil
	}
	form, err := p.causeForm(c, x, f)
	s.Forms = []bill.Form{form}
	return s, err
}

// causeForm asks for the cause, with what was said before.
func (p *Pages) causeForm(c *gin.Context, x ductdamage.Detail, f forms) (bill.Form, error) {
	l := gate.LocaleOf(c)
	all, err := p.Leases.Operators(c.Request.Context(), gate.ActorOf(c), "", uuid.Nil, operatorsMost)
	if err != nil {
		return bill.Form{}, err
	}
	operators := []ui.Option{{Label: l.T("damage.no_operator")}}
	for _, o := range all {
		operators = append(operators, ui.Option{Value: o.ID.String(), Label: o.Name})
	}
	operator := ""
	if x.LiableOperator.Valid {
		operator = x.LiableOperator.UUID.String()
	}
	cost := ""
	if x.Cause != "" {
		cost = strconv.FormatInt(int64(x.Cost), 10)
	}
	fields := []ui.Field{
		{Name: "cause", Type: "select", Label: l.T("damage.cause"), Options: options(l, "damage.cause", ductdamage.Causes()), Value: x.Cause},
		{Name: "liable", Type: "select", Label: l.T("damage.liable"), Options: options(l, "damage.liable", ductdamage.Liables()), Value: x.Liable},
		{Name: "name", Label: l.T("damage.liable_name"), Hint: l.T("damage.liable_name_hint"), Value: x.LiableName, Max: 200, Optional: true, Autocomplete: "off"},
		{Name: "operator", Type: "select", Label: l.T("damage.liable_operator"), Options: operators, Value: operator, Optional: true},
		{Name: "root_cause", Type: "long_text", Label: l.T("damage.root_cause"), Hint: l.T("damage.root_cause_hint"), Value: x.RootCause, Max: 2000},
		{Name: "cost", Type: "money", Label: l.T("damage.cost"), Hint: l.T("damage.cost_hint"), Value: cost},
	}
	form := f.make("sebab", bill.Form{Folded: f.form != "sebab", Title: l.T("damage.cause_form"), Text: l.T("damage.cause_text"), Submit: l.T("damage.cause_do")}, fields...)
	form.Fields = append(form.Fields, f.shares(form.Action, operators[1:]))
	return form, nil
}

// causeLabels are what the fields of a cause are called.
var causeLabels = map[string]string{"cause": "damage.cause", "liable": "damage.liable", "name": "damage.liable_name", "operator": "damage.liable_operator", "root_cause": "damage.root_cause", "cost": "damage.cost", "shares": "damage.shares"}

// judge puts down what caused a damage, or gives the form one share more or less.
func (p *Pages) judge(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil && reshaped(in, c.Query("tambah"), c.Query("hapus")) {
		return p.oneAgain(c, http.StatusOK, forms{form: "sebab", in: in})
	}
	sentence := "damage_judged"
	if err == nil {
		x, unread := causeOf(id, in)
		var changed bool
		if changed, err = p.Damages.Judge(c.Request.Context(), gate.ActorOf(c), x, unread...); !changed {
			sentence = "damage_same"
		}
	}
	return p.answer(c, id, "sebab", sentence, causeLabels, in, err)
}

// causeOf reads a cause, and names the fields that cannot be read.
func causeOf(id uuid.UUID, in site.Form) (x ductdamage.CauseInput, unread []fault.Field) {
	x = ductdamage.CauseInput{ID: id, Revision: in.Revision(), Cause: in.Get("cause"), Liable: in.Get("liable"), Name: in.Line("name"), RootCause: in.Text("root_cause"), Shares: sharesOf(in)}
	var err error
	if typed := in.Text("operator"); typed != "" {
		if x.Operator, err = uuid.Parse(typed); err != nil {
			unread = append(unread, fault.Field{Name: "operator", Code: "not_an_option"})
		}
	}
	if x.Cost, err = money.Parse(in.Text("cost")); err != nil {
		unread = append(unread, fault.Field{Name: "cost", Code: "money"})
	}
	return x, unread
}
