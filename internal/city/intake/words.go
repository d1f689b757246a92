package intake

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// wordsMost is how many letters of an application's answers are searched; PostgreSQL refuses more than a megabyte of words.
const wordsMost = 20_000

// keepWords keeps the words of those answers in which the author of the form lets officers look, or that of its newest
// version, and drops those of before. Forms that say so of no question keep nothing.
func (s *Service) keepWords(ctx context.Context, tx bun.IDB, app application.Application, f *form.Form, answers form.Answers) error {
	version, err := application.Newest(ctx, tx, application.FormTable, app.FormCode)
	if err != nil {
		return err
	}
	newest, err := s.version(ctx, tx, app.FormCode, version)
	if err != nil || !f.Searched(newest) {
		return err
	}
	return putWords(tenancy.Later(ctx), tx, []words{{app.ID, app.AgencyCode, app.SubmittedAt, wordsOf(f, answers, newest)}})
}

func (s *Service) version(ctx context.Context, tx bun.IDB, code string, version int) (*form.Form, error) {
	return application.Define[form.Form](ctx, s.Defs, tx, application.FormTable, code, version)
}

// words is what of the answers to one application is searched.
type words struct {
	application uuid.UUID
	agency      string
	at          time.Time
	text        string
}

func wordsOf(f *form.Form, answers form.Answers, newest *form.Form) string {
	text := []rune(strings.Join(f.Findable(answers, newest), " "))
	return string(text[:min(len(text), wordsMost)])
}

func putWords(ctx context.Context, tx bun.IDB, all []words) error {
	var ids []uuid.UUID
	var agencies, texts []string
	var at []time.Time
	for _, w := range all {
		ids, agencies, at, texts = append(ids, w.application), append(agencies, w.agency), append(at, w.at), append(texts, w.text)
	}
	_, err := tx.NewRaw(`INSERT INTO application_answer (tenant_id, application_id, agency_code, at, words)
		SELECT ?, w.id, w.agency, w.at, to_tsvector('simple', w.text) || to_tsvector('indonesian', w.text)
		FROM unnest(?::uuid[], ?::text[], ?::timestamptz[], ?::text[]) AS w (id, agency, at, text)
		ON CONFLICT (tenant_id, application_id) DO UPDATE SET agency_code = EXCLUDED.agency_code, words = EXCLUDED.words`,
		tenancy.Must(ctx), pgdialect.Array(ids), pgdialect.Array(agencies), pgdialect.Array(at), pgdialect.Array(texts)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("intake: words: %w", err)
	}
	return nil
}

// wordsAtOnce bounds the applications whose words one run keeps; the next one goes on.
const wordsAtOnce = 2000

// KeepEarlierWords goes on with what a new version of a form leaves to do: where it lets officers look for the words of more
// answers, those of the applications that were sent by earlier versions are kept too, as far as they were open texts
// there. How far it has come is written down for each form with its newest version, in the same transaction.
func (s *Service) KeepEarlierWords(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var due []earlierWords
	err := tx.NewRaw(`SELECT d.code, d.version, w.after FROM (SELECT code, max(version) AS version FROM form_definition WHERE tenant_id = ?0 GROUP BY code) d
		LEFT JOIN answer_words w ON w.tenant_id = ?0 AND w.form_code = d.code AND w.version = d.version
		WHERE w.done IS NOT TRUE ORDER BY d.code`, tenancy.Must(ctx)).Scan(ctx, &due)
	if err != nil {
		return fmt.Errorf("intake: earlier words: %w", err)
	}
	left := wordsAtOnce
	for _, d := range due {
		if left == 0 {
			return nil
		}
		n, err := s.keepEarlier(ctx, tx, d, left)
		if err != nil {
			return fmt.Errorf("intake: earlier words of %s: %w", d.Code, err)
		}
		left -= n
	}
	return nil
}

// earlierWords is how far a form has come with its newest version: After is the last application that was looked at.
type earlierWords struct {
	Code    string
	Version int
	After   uuid.UUID
}

// keepEarlier keeps the words of the next applications of a form, at most so many, and returns of how many. They stay
// locked until that is written, so that no correction comes between.
func (s *Service) keepEarlier(ctx context.Context, tx bun.Tx, d earlierWords, most int) (int, error) {
	newest, err := s.version(ctx, tx, d.Code, d.Version)
	if err != nil {
		return 0, err
	}
	versions, err := s.opened(ctx, tx, d, newest)
	if err != nil {
		return 0, err
	}
	var apps []application.Application
	if len(versions) > 0 {
		err = tx.NewSelect().Model(&apps).Column("tenant_id", "id", "agency_code", "form_version", "stage", "submitted_at", "answers", "before_answers").
			Where("a.tenant_id = ? AND a.form_code = ? AND a.form_version IN (?)", tenancy.Must(ctx), d.Code, bun.List(versions)).
			Where("a.submitted_at IS NOT NULL AND a.id > ?", d.After).OrderExpr("a.id").Limit(int64(most)).For("SHARE").Scan(ctx)
	}
	if err != nil {
		return 0, err
	}
	var all []words
	for _, app := range apps {
		f, err := s.version(ctx, tx, d.Code, app.FormVersion)
		if err != nil {
			return 0, err
		}
		answers := app.Answers
		if app.Stage == workflow.StageNeedsCorrection && app.BeforeAnswers != nil {
			answers = app.BeforeAnswers // what is being mended counts once it is sent
		}
		all = append(all, words{app.ID, app.AgencyCode, app.SubmittedAt, wordsOf(f, answers, newest)})
		d.After = app.ID
	}
	if len(all) > 0 {
		if err := putWords(ctx, tx, all); err != nil {
			return 0, err
		}
	}
	_, err = tx.NewRaw(`INSERT INTO answer_words (tenant_id, form_code, version, after, done) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, form_code) DO UPDATE SET version = EXCLUDED.version, after = EXCLUDED.after, done = EXCLUDED.done`,
		tenancy.Must(ctx), d.Code, d.Version, d.After, len(apps) < most).Exec(ctx)
	return len(apps), err
}

// opened lists the earlier versions of a form of whose answers the newest lets officers look for more.
func (s *Service) opened(ctx context.Context, tx bun.Tx, d earlierWords, newest *form.Form) ([]int, error) {
	var versions, out []int
	err := tx.NewRaw("SELECT version FROM form_definition WHERE tenant_id = ? AND code = ? AND version < ? ORDER BY version", tenancy.Must(ctx), d.Code, d.Version).Scan(ctx, &versions)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		f, err := s.version(ctx, tx, d.Code, v)
		if err != nil {
			return nil, err
		}
		if f.Opened(newest) {
			out = append(out, v)
		}
	}
	return out, nil
}
