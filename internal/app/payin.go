package app

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

func payinOps() cli.PayinOps {
	return cli.PayinOps{
		Statement: func(ctx context.Context, o cli.StatementOptions) (r cli.Imported, err error) {
			err = with(ctx, func(a *App) error { r, err = a.importStatement(ctx, o); return err })
			return r, err
		},
		Export: func(ctx context.Context, o cli.ExportOptions, row func([]any) error) error {
			return with(ctx, func(a *App) error {
				ctx, from, err := a.books(ctx, o.Month)
				if err != nil {
					return err
				}
				return a.Finance.Book.Export(ctx, uuid.Nil, i18n.ID, o.Table, from, from.AddDate(0, 1, 0), row)
			})
		},
		Faktur: func(ctx context.Context, o cli.ExportOptions, w io.Writer) (n int, err error) {
			err = with(ctx, func(a *App) error {
				ctx, from, err := a.books(ctx, o.Month)
				if err != nil {
					return err
				}
				n, err = a.Finance.Taxes.WriteFaktur(ctx, commander(), tenants.Coretax, from, from.AddDate(0, 1, 0), w)
				return err
			})
			return n, err
		},
		Arrears: func(ctx context.Context) (all []cli.AgedRow, err error) {
			err = with(ctx, func(a *App) error { all, err = a.aged(ctx); return err })
			return all, err
		},
	}
}

// commander is who runs the program's commands.
func commander() identity.Actor { return identity.Actor{Kind: identity.Kind(audit.System)} }

// books is ctx for the books of the platform, and the first day of a month.
func (a *App) books(ctx context.Context, month string) (context.Context, time.Time, error) {
	platform, err := a.Directory.BySlug(ctx, "platform")
	if err != nil {
		return nil, time.Time{}, err
	}
	from := time.Now().In(platform.Location())
	if month != "" {
		from, err = time.Parse("2006-01", month)
	}
	return tenancy.With(ctx, platform), from, err
}

// importStatement looks through a file of the bank, and books it when it is told to.
func (a *App) importStatement(ctx context.Context, o cli.StatementOptions) (cli.Imported, error) {
	ctx, _, err := a.books(ctx, "")
	if err != nil {
		return cli.Imported{}, err
	}
	var b payin.Statement
	err = tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		b, err = a.Finance.Payin.Check(ctx, tx, commander(), o.Account, o.Name, o.Raw)
		return err
	})
	if err != nil {
		return cli.Imported{}, err
	}
	var r payin.Result
	if o.Apply {
		err = tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
			r, err = a.Finance.Payin.Apply(ctx, tx, commander(), b.ID)
			return err
		})
	} else {
		r, err = a.Finance.Payin.Preview(ctx, commander(), b.ID)
	}
	out := cli.Imported{Account: b.Account, Known: r.Known, Applied: o.Apply, Lines: []cli.ImportedLine{}}
	for _, l := range r.Lines {
		out.Lines = append(out.Lines, cli.ImportedLine{Day: l.Day.Format(time.DateOnly), Amount: l.Amount.String(), State: l.State, Why: l.Proposal.Because(i18n.EN),
			Numbers: l.Proposal.Numbers, Waits: l.Proposal.Waits, Text: l.Text})
	}
	return out, err
}

// aged is what every party owes today.
func (a *App) aged(ctx context.Context) ([]cli.AgedRow, error) {
	ctx, today, err := a.books(ctx, "")
	if err != nil {
		return nil, err
	}
	out := []cli.AgedRow{}
	for after := uuid.Nil; ; {
		page, next, err := arrears.Age(ctx, a.DB.App, today, after)
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			out = append(out, cli.AgedRow{Party: p.Name, Open: p.Open, NotDue: p.NotDue, To30: p.To30, To60: p.To60, To90: p.To90, Beyond: p.Beyond})
		}
		if next == uuid.Nil {
			return out, nil
		}
		after = next
	}
}
