package application

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// openFee asks the applicant to pay what the state costs. The amount is the answer to the field that the workflow names;
// without one the step that leads here is refused, Conflict "fee.no_amount". What costs nothing counts as paid at once.
func (s *Service) openFee(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow, f workflow.Fee, k Known, cal workcal.Calendar) error {
	amount, ok := k.amount(f)
	if !ok {
		return fault.New(fault.Conflict, "fee.no_amount")
	}
	for _, a := range wf.Offered(app.State, workflow.ByOfficer) {
		if amount == 0 && a.Pays {
			a.Pays = false
			return s.TakeItself(ctx, tx, app, wf, a)
		}
	}
	return s.askFee(ctx, tx, *app, f, amount, cal)
}

// amount is what a fee comes to by what is answered so far; false while that does not say.
func (k Known) amount(f workflow.Fee) (money.Rupiah, bool) {
	if f.Field == "" {
		return money.Rupiah(f.Amount), true
	}
	n, err := strconv.ParseInt(k.value(f.Field), 10, 64)
	return money.Rupiah(n), err == nil && n >= 0
}

// Price is a fee before it is asked for.
type Price struct {
	Title  i18n.Text
	Basis  string
	Amount money.Rupiah
}

// Price is what the applicant will be asked to pay once a step of theirs is taken; false for nothing, and while it is not
// known what it comes to.
func (k Known) Price(wf *workflow.Workflow, a workflow.Action) (Price, bool) {
	to, _ := wf.State(a.To)
	if to.Fee == nil || a.Actor != workflow.ByApplicant {
		return Price{}, false
	}
	amount, ok := k.amount(*to.Fee)
	return Price{Title: to.Fee.Title, Basis: to.Fee.Basis, Amount: amount}, ok
}

// prices says what the steps that app leaves to its applicant will have them pay, each sum in a paragraph of its own.
func (s *Service) prices(ctx context.Context, tx bun.IDB, app Application, wf *workflow.Workflow, l i18n.Locale) (string, error) {
	offered := wf.Offered(app.State, workflow.ByApplicant)
	costs := func(a workflow.Action) bool { to, _ := wf.State(a.To); return to.Fee != nil }
	if !slices.ContainsFunc(offered, costs) {
		return "", nil
	}
	k, err := s.Know(ctx, tx, app, wf)
	if err != nil {
		return "", err
	}
	out := ""
	for _, a := range offered {
		if p, ok := k.Price(wf, a); ok && k.Standing.Holds(a) {
			out += "\n\n" + l.T("casework.price", "step", a.Label.In(l), "title", p.Title.In(l), "amount", p.Amount.String())
		}
	}
	return out, nil
}

func (s *Service) askFee(ctx context.Context, tx bun.IDB, app Application, f workflow.Fee, amount money.Rupiah, cal workcal.Calendar) error {
	now := app.UpdatedAt
	one := fee.Fee{SubjectKind: SubjectKind, SubjectID: app.ID, Round: app.Version, AgencyCode: app.AgencyCode, Title: f.Title, Basis: f.Basis,
		Code: app.Number, Amount: amount}
	if !f.Due.IsZero() {
		due, err := cal.Due(now, f.Due)
		if _, missing := workcal.MissingYear(err); err != nil && !missing {
			return err
		}
		one.DueAt = due.UTC()
	}
	one.How = HowToPay(ctx, app, f, one)
	if _, err := fee.Ask(ctx, tx, one, now); err != nil {
		return err
	}
	n := workflow.Notice{To: workflow.ToApplicant, Title: BothTexts("casework.fee.title"), Body: i18n.Text{}}
	for _, l := range i18n.All() {
		n.Body[l] = l.T("casework.fee.body", "title", f.Title.In(l), "amount", amount.String(), "how", one.How.In(l))
	}
	return s.Letter(ctx, tx, app, n, fmt.Sprintf("fee:%d", app.Version), "")
}

// HowToPay is what the applicant is told about where a fee is paid, with what is left of it, its code and its last day in it.
func HowToPay(ctx context.Context, app Application, f workflow.Fee, one fee.Fee) i18n.Text {
	city, _ := tenancy.CityFrom(ctx)
	out := i18n.Text{}
	for _, l := range i18n.All() {
		values := map[string]string{"code": one.Code, "number": app.Number, "amount": one.Open().String(), "due": l.T("casework.no_due")}
		if !one.DueAt.IsZero() {
			values["due"] = l.DateTime(one.DueAt.In(city.Location()))
		}
		out[l] = workflow.Fill(f.How.In(l), values)
	}
	return out
}
