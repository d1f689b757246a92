package application

import (
	"context"
	"fmt"
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
	amount := money.Rupiah(f.Amount)
	if f.Field != "" {
		n, err := strconv.ParseInt(k.value(f.Field), 10, 64)
		if err != nil || n < 0 {
			return fault.New(fault.Conflict, "fee.no_amount")
		}
		amount = money.Rupiah(n)
	}
	for _, a := range wf.Offered(app.State, workflow.ByOfficer) {
		if amount == 0 && a.Pays {
			a.Pays = false
			return s.TakeItself(ctx, tx, app, wf, a)
		}
	}
	return s.askFee(ctx, tx, *app, f, amount, cal)
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
