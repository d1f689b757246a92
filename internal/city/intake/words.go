package intake

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/tenancy"
)

// wordsMost is how many letters of an application's answers are searched; PostgreSQL refuses more than a megabyte of words.
const wordsMost = 20_000

// keepWords keeps the words of those answers in which the author of the form lets officers look, and drops those of
// before. Forms that say so of no question cost nothing.
func (s *Service) keepWords(ctx context.Context, tx bun.IDB, app application.Application, f *form.Form, answers form.Answers) error {
	if !f.Searched() {
		return nil
	}
	text := []rune(strings.Join(f.Findable(answers), " "))
	text = text[:min(len(text), wordsMost)]
	_, err := tx.NewRaw(`INSERT INTO application_answer (tenant_id, application_id, agency_code, at, words)
		VALUES (?0, ?1, ?2, ?3, to_tsvector('simple', ?4) || to_tsvector('indonesian', ?4))
		ON CONFLICT (tenant_id, application_id) DO UPDATE SET agency_code = EXCLUDED.agency_code, words = EXCLUDED.words`,
		app.TenantID, app.ID, app.AgencyCode, app.SubmittedAt, string(text)).Exec(tenancy.Later(ctx))
	if err != nil {
		return fmt.Errorf("intake: words: %w", err)
	}
	return nil
}
