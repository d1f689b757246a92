package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Numbered is the number of an application as the city keeps it, as somebody has typed it for another capability of the city; "" where the city
// has given none like it.
func (s *Service) Numbered(ctx context.Context, db bun.IDB, typed string) (string, error) {
	number, err := application.ParseNumber(typed)
	if err != nil {
		return "", nil // no number at all, or mistyped
	}
	is, err := db.NewSelect().TableExpr("application").Where("tenant_id = ? AND number = ?", tenancy.Must(ctx), number).Exists(ctx)
	if err != nil {
		return "", fmt.Errorf("casework: numbered: %w", err)
	}
	if !is {
		return "", nil
	}
	return number, nil
}

// Said is what an application says in some fields of its form, for another capability of the city that a document of it concerns: each by its
// code, "group.question" for those of all rows, with its number and the office that decides it. What concerns a person, or is masked on screens,
// is never among it, whatever is asked for.
func (s *Service) Said(ctx context.Context, db bun.IDB, id uuid.UUID, fields []string) (number, agency string, said map[string][]string, err error) {
	app, err := application.Get(ctx, db, id)
	if err != nil {
		return "", "", nil, err
	}
	wf, err := s.Workflow(ctx, db, app)
	if err != nil {
		return "", "", nil, err
	}
	k, err := s.KnowAll(ctx, db, app, wf)
	if err != nil {
		return "", "", nil, fmt.Errorf("casework: said: %w", err)
	}
	sheet := k.Sheet.Form()
	said = map[string][]string{}
	for _, code := range fields {
		first, question, inside := strings.Cut(code, ".")
		top, ok := sheet.Field(first)
		switch {
		case !ok || top.Private() || top.Type == form.Person || top.Type == form.File || inside != (top.Type == form.Group):
		case !inside:
			said[code] = slices.Clone(k.Answers[code])
		default:
			for n := 1; ; n++ {
				row := fmt.Sprintf("%s.%d.%s", first, n, question)
				fd, ok := sheet.Field(row)
				if !ok || fd.Private() || fd.Type == form.Person || fd.Type == form.File {
					break
				}
				said[code] = append(said[code], k.Answers[row]...)
			}
		}
	}
	return app.Number, app.AgencyName.In(i18n.ID), said, nil
}
