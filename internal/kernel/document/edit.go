package document

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Editable returns the newest version of a template for an administrator to edit, with its number. It needs
// service:configure, and refuses NotFound "document.no_template".
func (s *Service) Editable(ctx context.Context, actor identity.Actor, code string) (Template, int, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return Template{}, 0, err
	}
	version, err := Newest(ctx, s.d.DB.App, code)
	if err != nil {
		return Template{}, 0, err
	}
	t, err := s.Template(ctx, s.d.DB.App, code, version)
	if err != nil {
		return Template{}, 0, err
	}
	return *t, version, nil
}

// PublishEdited makes what an administrator has written the newest version of a template, which every document asked for
// from now on follows. seen is the version that they edited. It needs service:configure. It refuses Conflict
// "document.template_changed" when there is a newer one, Forbidden "document.other_template" to who configures the services
// of one agency alone and not only they issue it, and the problems of Check as package pack does, with them a pattern by
// which the numbers of another template could be written again.
func (s *Service) PublishEdited(ctx context.Context, actor identity.Actor, t Template, seen int, forms ...*form.Form) (int, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return 0, err
	}
	reach, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return 0, err
	}
	c := pack.CheckOf(t.Code)
	t.Check(c, forms...)
	if err := c.Err(); err != nil {
		return 0, err
	}
	now := s.now()
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := s.issuedWithin(ctx, tx, reach, t.Code); err != nil {
			return err
		}
		if err := t.checkOthers(ctx, tx, c); err != nil {
			return err
		}
		if err := t.next(ctx, tx, actor, seen, now); err != nil {
			return err
		}
		return record(ctx, tx, actor, "document_template.publish", t.Code, seen+1, now)
	})
	if err != nil {
		return 0, fmt.Errorf("document: publish: %w", err)
	}
	return seen + 1, nil
}

// issuedWithin refuses whoever configures the services of their own agency alone a template that another's issue too.
func (s *Service) issuedWithin(ctx context.Context, tx bun.IDB, r access.Reach, code string) error {
	if r.Agency() == "" || s.d.MadeWith == nil {
		return nil
	}
	issuers, err := s.d.MadeWith(ctx, tx, "document", code)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(issuers, func(agency string) bool { return agency != r.Agency() }) {
		return fault.New(fault.Forbidden, "document.other_template")
	}
	return nil
}

// next writes the version after seen; Conflict "document.template_changed" when there is one.
func (t *Template) next(ctx context.Context, tx bun.IDB, actor identity.Actor, seen int, now time.Time) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	tenant := tenancy.Must(ctx)
	res, err := tx.NewRaw(`INSERT INTO document_definition (tenant_id, code, version, body, created_at, origin, created_by)
		SELECT ?, ?, ?, ?::jsonb, ?, 'admin', ? WHERE ? = (SELECT max(d.version) FROM document_definition d WHERE d.tenant_id = ? AND d.code = ?)
		ON CONFLICT DO NOTHING`, tenant, t.Code, seen+1, string(raw), now, actor.ID, seen, tenant, t.Code).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.Wrap(fault.Conflict, "document.template_changed", err)
	}
	return nil
}

// record notes what an administrator did with a template.
func record(ctx context.Context, tx bun.IDB, actor identity.Actor, action, code string, version int, now time.Time) error {
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "document_template", ObjectID: uuid.Nil, At: now,
		Detail: map[string]any{"code": code, "version": version},
	})
}

// Preview prints a template with made-up answers, marked as a sample. It needs service:configure, and refuses the
// problems of Check.
func (s *Service) Preview(ctx context.Context, actor identity.Actor, t Template, r Request) ([]byte, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	c := pack.CheckOf(t.Code)
	var forms []*form.Form // none for a template that no service issues
	if r.Form != nil {
		forms = append(forms, r.Form)
	}
	t.Check(c, forms...)
	if err := c.Err(); err != nil {
		return nil, err
	}
	city, _ := tenancy.CityFrom(ctx)
	local := s.now().In(city.Location())
	const l = i18n.ID
	r.Answers = samples(r.Form, local)
	r.Values = map[string]string{"number": r.SubjectNumber, "service": r.Values["service"], "agency": r.Agency.Name.In(l), "submitted": l.Date(local), "date": l.Date(local),
		"reason": l.T("document.sample.reason")}
	signer, err := s.signerAt(ctx, s.d.DB.App, r.Agency.Code, local)
	if err != nil {
		return nil, err
	}
	values := r.values(t.Unmasked)
	values["document_number"] = writeNumber(t.NumberPattern, r, 1, local)
	values["signer_name"], values["signer_nip"] = signer.Name, signer.NIP
	if until := t.validUntil(r, local); !until.IsZero() {
		values["valid_until"] = l.Date(until.In(local.Location()))
	}
	sheet, err := t.sheetOf(city, r, values, local)
	if err != nil {
		return nil, err
	}
	if sheet.ground, err = t.ground(ctx, s.d.DB.App, r.Form, local); err != nil {
		return nil, err
	}
	by := t.SignerTitle
	if signer.ID != uuid.Nil {
		by = signer.Title
	}
	sheet.sample, sheet.signer = true, official{fillIn(by.In(l), values), signer.Name, signer.NIP}
	sheet.address = s.d.BaseURL(city) + "/verifikasi/" + l.T("document.sample.token")
	return printLetter(city, sheet)
}

// samples answers every question of a form with something that looks like it.
func samples(f *form.Form, local time.Time) form.Answers {
	out := form.Answers{}
	if f == nil {
		return out
	}
	const l = i18n.ID
	for _, fd := range f.Named() {
		if v := sample(fd, local); v != "" {
			out[fd.Code] = []string{v}
		}
	}
	if id := f.Identified(); id.Name != "" {
		out[id.Name] = []string{l.T("document.sample.name")}
	}
	return out
}

func sample(f form.Field, local time.Time) string {
	switch f.Type {
	case form.Text, form.LongText:
		return f.Label.In(i18n.ID)
	case form.NIK, form.KK:
		return "2171010101900001"
	case form.Phone:
		return "+6281200000000"
	case form.Email:
		return "warga@contoh.id"
	case form.Date:
		if f.Past {
			return local.AddDate(-30, 0, 0).Format(time.DateOnly)
		}
		return local.AddDate(1, 0, 0).Format(time.DateOnly)
	case form.Choice, form.MultiChoice:
		if len(f.Options) > 0 {
			return f.Options[0].Value
		}
	case form.YesNo, form.Consent:
		return "yes"
	case form.Number, form.Money, form.Computed:
		return "1000"
	}
	return ""
}
