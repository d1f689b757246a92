package intake

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// earlierMost is how many of the applicant's own applications are looked through for an earlier answer.
const earlierMost = 5

// suggest returns what is known already of the questions of a draft that have no answer: from the profile, and from the
// applicant's own earlier applications in this city. Nothing of it counts before the applicant sends the page.
func (s *Service) suggest(ctx context.Context, actor identity.Actor, d Draft) (form.Answers, error) {
	out := form.Answers{}
	if !d.Application.Draft() {
		return out, nil
	}
	var ask []form.Field
	for _, p := range d.Pages {
		for _, f := range p.Fields {
			if len(d.Answers[f.Code]) > 0 {
				continue
			}
			switch from := prefill(f); from {
			case form.PrefillEarlier:
				ask = append(ask, f)
			case "":
			default:
				if v := profile(actor, from); v != "" {
					out[f.Code] = []string{v}
				}
			}
		}
	}
	if len(ask) == 0 {
		return out, nil
	}
	found, err := s.answeredBefore(ctx, actor, ask)
	for _, f := range ask {
		if v := profile(actor, ownPart(f)); v != "" && len(found[f.Code]) == 0 && err == nil {
			out[f.Code] = []string{v}
		}
	}
	maps.Copy(out, found)
	return out, err
}

// ownPart is what the profile holds of a part of the applicant's own person block, which by convention is called pemohon
// or pelapor: whoever applies for the first time need not type what the account says. Other blocks may be of others.
func ownPart(f form.Field) string {
	block, part, _ := strings.Cut(f.Code, ".")
	if block != "pemohon" && block != "pelapor" {
		return ""
	}
	switch part {
	case "name":
		return form.PrefillName
	case "phone":
		return form.PrefillPhone
	}
	return ""
}

// prefill is where the answer to f may be known from. Where the form is silent, what the profile holds of the person
// themselves is suggested.
func prefill(f form.Field) string {
	switch {
	case f.Prefill != "":
		return f.Prefill
	case !f.Within.Empty():
		return "" // of another person
	case f.Type == form.Phone:
		return form.PrefillPhone
	case f.Type == form.Email:
		return form.PrefillEmail
	case f.Type == form.Text && strings.HasPrefix(f.Code, "nama_lengkap"):
		return form.PrefillName
	}
	return ""
}

func profile(a identity.Actor, from string) string {
	switch from {
	case form.PrefillName:
		return a.Name
	case form.PrefillPhone:
		return a.Phone
	case form.PrefillEmail:
		return a.Email
	}
	return ""
}

// answeredBefore looks for the latest answers to questions of the same code and type.
func (s *Service) answeredBefore(ctx context.Context, actor identity.Actor, ask []form.Field) (form.Answers, error) {
	var list []application.Application
	err := s.Deps.DB.App.NewSelect().Model(&list).Column("tenant_id", "id", "form_code", "form_version", "answers", "sealed").
		Where("a.tenant_id = ? AND a.account_id = ? AND a.submitted_at IS NOT NULL", tenancy.Must(ctx), actor.ID).
		OrderExpr("a.id DESC").Limit(earlierMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("intake: earlier answers: %w", err)
	}
	out := form.Answers{}
	for _, app := range list {
		f, err := s.Form(ctx, s.Deps.DB.App, app)
		if err != nil {
			return nil, err
		}
		answers, err := s.Answers(ctx, app)
		if err != nil {
			return nil, err
		}
		for _, want := range ask {
			was, ok := f.Field(want.Code)
			if ok && was.Type == want.Type && out[want.Code] == nil && len(answers[want.Code]) > 0 {
				out[want.Code] = answers[want.Code]
			}
		}
	}
	return out, nil
}
