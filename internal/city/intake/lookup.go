package intake

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/registry"
	"bedelau/internal/kernel/tenancy"
)

// LookupNotice is the version of the notice under which a resident consents (lookup.notice in the texts). Raise it with
// every change of what it says, because the consent that was given is kept with it.
const LookupNotice = 2

// lookupsMost is how often one account may ask one register in a day of the city.
const lookupsMost = 5

// keepFor bounds how long an answer that has come is being kept.
const keepFor = 5 * time.Second

// registryAnswer is what a register said about the applicant of a draft, by field.
type registryAnswer struct {
	bun.BaseModel `bun:"table:registry_answer,alias:ra"`

	TenantID      uuid.UUID     `bun:"tenant_id,pk"`
	ApplicationID uuid.UUID     `bun:"application_id,pk"`
	Kind          registry.Kind `bun:"kind,pk"`
	Notice        int           `bun:"notice"`
	ConsentedAt   time.Time     `bun:"consented_at"`
	Fields        []byte        `bun:"fields"` // sealed
}

func sealAnswer(id uuid.UUID) string { return "registry.answer:" + id.String() }

// LookupOffer is a register that may fill in questions of a draft.
type LookupOffer struct {
	form.Lookup
	Name string // as residents are told
	Used bool   // it has answered for this draft
}

// Lookups lists the registers that the form of a draft names and the city may ask.
func (s *Service) Lookups(ctx context.Context, d Draft) ([]LookupOffer, error) {
	if !s.mayFill(d) {
		return nil, nil
	}
	var out []LookupOffer
	for _, x := range d.Form.Lookups {
		x, _ = d.Form.LookupIn(x.Registry) // as far as it is told
		r, ok, err := s.Deps.Registry.Find(ctx, x.Registry)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, LookupOffer{Lookup: x, Name: r.Name, Used: len(d.Registered[x.By]) > 0})
		}
	}
	return out, nil
}

// mayFill reports whether a draft is one that a register may fill in. At a counter no register is asked: whose number it
// is could be shown there by nobody but the officer, who would have looked up a person of their choice.
func (s *Service) mayFill(d Draft) bool {
	return s.Deps.Registry != nil && d.Application.Draft() && d.Application.Channel != event.ChannelCounter
}

// LookupInput asks one register about the applicant.
type LookupInput struct {
	ID         uuid.UUID // of the draft
	Registry   registry.Kind
	Identifier string
	Consent    bool // to the notice of LookupNotice
}

// LookUp asks a register of the state about the applicant of a draft, with their consent, and keeps what it answers as
// suggestions. The population's register answers an account about one person alone, the first that it finds. An outcome
// other than registry.Found is no fault: the questions are answered by hand. It refuses Conflict "registry.not_offered"
// where the form or the city has no such register, and at a counter; Invalid with the fields "consent" and "identifier";
// Forbidden "registry.not_own" for another identifier than the account's; and RateLimited "registry.too_often". Every
// question is in the audit record, without the identifier.
func (s *Service) LookUp(ctx context.Context, actor identity.Actor, in LookupInput) (registry.Outcome, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return "", err
	}
	d, err := s.Draft(ctx, actor, in.ID)
	if err != nil {
		return "", err
	}
	lookup, ok := d.Form.LookupIn(in.Registry)
	if !ok || !s.mayFill(d) {
		return "", fault.New(fault.Conflict, "registry.not_offered")
	}
	setting, ok, err := s.Deps.Registry.Find(ctx, in.Registry)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.New(fault.Conflict, "registry.not_offered")
	}
	id, err := in.read(d, lookup)
	if err != nil {
		return "", err
	}
	hash, err := s.Deps.Keys.Hash(ctx, "registry.subject", string(in.Registry)+":"+id)
	if err != nil {
		return "", err
	}
	if err := s.mayLookUp(ctx, actor, in.Registry, hash); err != nil {
		return "", err
	}
	asked := s.Now()
	found, outcome, err := s.Deps.Registry.Ask(ctx, setting, id, actor.Name)
	if err != nil {
		return "", err
	}
	fields := form.Answers{}
	for name, code := range lookup.Fills {
		if v, bad := d.Form.Accept(code, found[name], d.At); found[name] != "" && len(bad) == 0 {
			fields[code] = v
		}
	}
	if outcome == registry.Found {
		fields[lookup.By] = []string{id}
	}
	own, err := s.keepLookup(ctx, actor, d, lookedUp{in.Registry, setting.Name, outcome, hash, asked, fields})
	if err == nil && !own {
		return "", fault.New(fault.Forbidden, "registry.not_own")
	}
	return outcome, err
}

// read holds what a resident sent against the form's own rules for the identifier.
func (in LookupInput) read(d Draft, x form.Lookup) (string, error) {
	var bad []fault.Field
	v, wrong := d.Form.Accept(x.By, in.Identifier, d.At)
	for _, f := range wrong {
		bad = append(bad, fault.Field{Name: "identifier", Code: f.Code, Args: f.Args})
	}
	if !in.Consent {
		bad = append(bad, fault.Field{Name: "consent", Code: "consent_required"})
	}
	if err := fault.Fields(bad); err != nil {
		return "", err
	}
	return v[0], nil
}

// mayLookUp counts a question before it is sent, so that parallel ones are counted too.
func (s *Service) mayLookUp(ctx context.Context, actor identity.Actor, k registry.Kind, hash []byte) error {
	var own []bool
	err := s.Deps.DB.App.NewRaw(`INSERT INTO registry_subject AS r (tenant_id, account_id, kind, day, asked) VALUES (?0, ?1, ?2, ?3, 1)
		ON CONFLICT (tenant_id, account_id, kind) DO UPDATE SET day = ?3, asked = CASE WHEN r.day = ?3 THEN r.asked + 1 ELSE 1 END
		WHERE r.day <> ?3 OR r.asked < ?4 RETURNING coalesce(r.hash = ?5, true)`,
		tenancy.Must(ctx), actor.ID, k, s.Local(ctx).Format(time.DateOnly), lookupsMost, hash).Scan(ctx, &own)
	if err != nil {
		return fmt.Errorf("intake: look up: %w", err)
	}
	switch {
	case len(own) == 0:
		return &fault.Error{Kind: fault.RateLimited, Code: "registry.too_often", RetryAfter: 24 * time.Hour}
	case !own[0] && k == registry.Population: // a person may have several businesses, each of which names its holder
		return fault.New(fault.Forbidden, "registry.not_own")
	}
	return nil
}

// lookedUp is one question and what became of it.
type lookedUp struct {
	kind    registry.Kind
	name    string
	outcome registry.Outcome
	subject []byte
	at      time.Time
	fields  form.Answers
}

// bind makes what was found the one identifier of an account, or reports that it has another. Of questions that were under
// way together the first decides.
func (s *Service) bind(ctx context.Context, tx bun.IDB, account uuid.UUID, x lookedUp) (bool, error) {
	if x.kind != registry.Population {
		return true, nil
	}
	res, err := tx.NewRaw("UPDATE registry_subject SET hash = ?0 WHERE tenant_id = ?1 AND account_id = ?2 AND kind = ?3 AND (hash IS NULL OR hash = ?0)",
		x.subject, tenancy.Must(ctx), account, x.kind).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("intake: look up: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// keepLookup keeps what was found, and the question on record. It reports false, and keeps nothing of the answer, when the
// account has got another identifier meanwhile.
func (s *Service) keepLookup(ctx context.Context, actor identity.Actor, d Draft, x lookedUp) (own bool, err error) {
	raw, err := json.Marshal(x.fields)
	if err != nil {
		return false, err
	}
	// The register has been asked: that is on record whether or not the asker has waited for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepFor)
	defer cancel()
	app := d.Application
	sealed, err := s.Deps.Keys.Seal(ctx, raw, sealAnswer(app.ID))
	if err != nil {
		return false, err
	}
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		own = true
		if x.outcome == registry.Found {
			if own, err = s.bind(ctx, tx, actor.ID, x); err != nil {
				return err
			}
		}
		detail := map[string]any{"registry": x.kind, "name": x.name, "outcome": x.outcome, "notice": LookupNotice, "fields": len(x.fields)}
		if !own {
			detail["outcome"], detail["fields"] = "not_own", 0
		}
		if x.outcome == registry.Found && own {
			row := registryAnswer{TenantID: app.TenantID, ApplicationID: app.ID, Kind: x.kind, Notice: LookupNotice, ConsentedAt: x.at, Fields: sealed}
			if _, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, application_id, kind) DO UPDATE").Exec(ctx); err != nil {
				return fmt.Errorf("intake: look up: %w", err)
			}
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: registry.Asked, Object: "application", ObjectID: app.ID, At: x.at,
			Detail: detail,
		})
	})
	return own, err
}

// registered is what registers have answered for a draft.
func (s *Service) registered(ctx context.Context, d Draft) (form.Answers, error) {
	if len(d.Form.Lookups) == 0 || !d.Application.Draft() {
		return nil, nil
	}
	var rows []registryAnswer
	err := s.Deps.DB.App.NewSelect().Model(&rows).Column("kind", "fields").
		Where("ra.tenant_id = ? AND ra.application_id = ?", d.Application.TenantID, d.Application.ID).Limit(10).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("intake: registry answers: %w", err)
	}
	out := form.Answers{}
	for _, r := range rows {
		raw, err := s.Deps.Keys.Open(ctx, r.Fields, sealAnswer(d.Application.ID))
		if err != nil {
			return nil, fmt.Errorf("intake: registry answers: %w", err)
		}
		fields := form.Answers{}
		if err := json.Unmarshal(raw, &fields); err != nil {
			return nil, fmt.Errorf("intake: registry answers: %w", err)
		}
		x, _ := d.Form.LookupIn(r.Kind)
		for _, code := range append(slices.Collect(maps.Values(x.Fills)), x.By) { // an answer of earlier days may hold more
			if v, ok := fields[code]; ok {
				out[code] = v
			}
		}
	}
	return out, nil
}
