package document

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Known is a template in the list of a city's: what its newest version says.
type Known struct {
	Code    string    `bun:"code"`
	Version int       `bun:"version"`
	Title   i18n.Text `bun:"title,type:jsonb"`
	Retired bool      `bun:"retired"`
}

// knownMost bounds the list of templates; a city has some dozens.
const knownMost = 1000

// Templates lists the templates of ctx's city, by code. It needs service:configure.
func (s *Service) Templates(ctx context.Context, actor identity.Actor) ([]Known, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	var all []Known
	err := s.d.DB.App.NewRaw(`SELECT DISTINCT ON (code) code, version, body->'title' AS title, coalesce((body->>'retired')::boolean, false) AS retired
		FROM document_definition WHERE tenant_id = ? ORDER BY code, version DESC LIMIT ?`, tenancy.Must(ctx), knownMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("document: templates: %w", err)
	}
	return all, nil
}

var codeForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const codeMost = 60

// Begin writes the first version of a new template, with words that any service can issue, for its author to go on from.
// It needs service:configure. It refuses Invalid, naming "code", "title_id" and "title_en"; a code that is taken by a
// template, also by one that is retired, is "template_code_taken".
func (s *Service) Begin(ctx context.Context, actor identity.Actor, code string, title i18n.Text) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return err
	}
	var bad []fault.Field
	if len(code) > codeMost || !codeForm.MatchString(code) {
		bad = append(bad, fault.Field{Name: "code", Code: "booking_code"})
	}
	for _, l := range i18n.All() {
		if title[l] == "" {
			bad = append(bad, fault.Field{Name: "title_" + string(l), Code: "required"})
		}
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	body, err := json.Marshal(beginning(code, title))
	if err != nil {
		return err
	}
	tenant, now := tenancy.Must(ctx), s.now()
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewRaw(`INSERT INTO document_definition (tenant_id, code, version, body, created_at, origin, created_by)
			VALUES (?, ?, 1, ?::jsonb, ?, 'admin', ?) ON CONFLICT DO NOTHING`, tenant, code, string(body), now, actor.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.Fields([]fault.Field{{Name: "code", Code: "template_code_taken"}})
		}
		return record(ctx, tx, actor, "document_template.begin", code, 1, now)
	})
	if err != nil {
		return fmt.Errorf("document: begin: %w", err)
	}
	return nil
}

// beginning is a template that names nothing that a service must ask for.
func beginning(code string, title i18n.Text) Template {
	say := func(key string) i18n.Text {
		out := i18n.Text{}
		for _, l := range i18n.All() {
			out[l] = l.T("document.begin." + key)
		}
		return out
	}
	return Template{Code: code, Title: title, NumberPattern: "{seq}/{service}/{agency}/{month_roman}/{year}", SignerTitle: say("signer"),
		Body: []Block{{Text: say("body")}, {Text: say("genuine")}}}
}

// Retire takes a template out of what a service can be made of; documents made from it stay as they are, and publishing
// it anew brings it back. Who retires one has made sure that no service issues it. It needs service:configure, and refuses
// what PublishEdited refuses of seen, and Conflict "document.template_retired".
func (s *Service) Retire(ctx context.Context, actor identity.Actor, code string, seen int) error {
	t, version, err := s.Editable(ctx, actor, code)
	if err != nil {
		return err
	}
	if version != seen {
		return fault.New(fault.Conflict, "document.template_changed")
	}
	if t.Retired {
		return fault.New(fault.Conflict, "document.template_retired")
	}
	reach, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return err
	}
	t.Retired = true
	now := s.now()
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := s.issuedWithin(ctx, tx, reach, code); err != nil {
			return err
		}
		if err := t.next(ctx, tx, actor, seen, now); err != nil {
			return err
		}
		return record(ctx, tx, actor, "document_template.retire", code, seen+1, now)
	})
	if err != nil {
		return fmt.Errorf("document: retire template: %w", err)
	}
	return nil
}
