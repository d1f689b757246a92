package ductwork

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Input is what somebody says of works.
type Input struct {
	Key       uuid.UUID // of the form: a second plan with it is the first one; uuid.Nil plans others each time
	Owner     string
	Operator  uuid.UUID // for ByOperator, whose name is then that of the company
	OwnerName string
	Kind      string
	Title     string
	Road      string
	Authority string // code, or none
	Place     Place
	From, To  time.Time
	Method    string
	Contact   string
	Phone     string
	Email     string
	Colay     bool
	ColayNote string
	Emergency bool
	StartedAt time.Time // of an emergency
	Report    string    // of an emergency, where it is made at once
}

func (in *Input) trim() {
	for _, s := range []*string{&in.OwnerName, &in.Title, &in.Road, &in.Contact, &in.Phone, &in.Email} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	in.ColayNote, in.Report = strings.TrimSpace(in.ColayNote), strings.TrimSpace(in.Report)
}

// farthest is how many years ahead works are planned.
const farthest = 5

// emergencyDays is how many days after its first a company says that its emergency ends; staff say a later one.
const emergencyDays = 14

func (in Input) check(now, today time.Time) []fault.Field {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	for _, x := range []struct {
		name, value string
		max         int
		need        bool
	}{
		{"owner_name", in.OwnerName, 200, in.Owner != ByOperator}, {"title", in.Title, 200, true}, {"road", in.Road, 200, true}, {"contact", in.Contact, 100, true}, {"phone", in.Phone, 40, true},
		{"email", in.Email, 200, false}, {"colay_note", in.ColayNote, 500, false}, {"report", in.Report, 2000, false},
	} {
		if n := len([]rune(x.value)); n == 0 && x.need {
			add(x.name, "required")
		} else if n > x.max {
			add(x.name, "too_long", "max", x.max)
		}
	}
	for _, x := range []struct {
		name, value string
		all         []string
	}{{"owner", in.Owner, Owners()}, {"kind", in.Kind, Kinds()}, {"method", in.Method, Methods()}} {
		if x.value == "" {
			add(x.name, "required")
		} else if !slices.Contains(x.all, x.value) {
			add(x.name, "not_an_option")
		}
	}
	if in.Owner == ByOperator && in.Operator == uuid.Nil {
		add("operator", "required")
	}
	if in.Phone != "" && !identity.OfficePhone(in.Phone) {
		add("phone", "office_phone")
	}
	if a, err := mail.ParseAddress(in.Email); in.Email != "" && (err != nil || a.Address != in.Email) {
		add("email", "invalid")
	}
	switch {
	case in.Emergency && in.StartedAt.IsZero():
		add("started", "required")
	case in.Emergency && in.StartedAt.After(now):
		add("started", "date_future")
	case !in.Emergency && in.From.IsZero():
		add("from", "required")
	}
	switch {
	case in.To.IsZero():
		add("to", "required")
	case in.To.Before(in.From):
		add("to", "work_before")
	case in.To.Before(today):
		add("to", "work_over")
	case in.To.After(today.AddDate(farthest, 0, 0)):
		add("to", "work_too_far", "max", farthest)
	}
	return bad
}

// lock makes whoever changes the plans of a city wait for the other, so that each is held against all.
func lock(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "works of "+tenancy.Must(ctx).String()).Exec(ctx)
	return err
}

// mayAdd asks the city's plan: an emergency is never held up by what the city owes.
func (s *Service) mayAdd(ctx context.Context, actor identity.Actor, in Input) error {
	if actor.Kind == identity.Partner || in.Emergency {
		return tenancy.MayAsk(ctx, tenancy.ModuleDuct)
	}
	return tenancy.MayAdd(ctx, tenancy.ModuleDuct, s.now())
}

// Plan writes works down and holds them against the ducts and against others, for staff with duct:manage and for people of a
// company, whose it then is. Those of an emergency have begun: they are running, and their report is due by the city's hours.
// It refuses Invalid what is missing or cannot be (field "place" for where it is, "place.N" for the Nth point outside the map of the city,
// "segments" for codes that are not in the network, field "to" an emergency of a company that goes on
// for more than fourteen days), Conflict "lease.not_approved" a company that
// may not lease, and what tenancy.MayAdd refuses staff who plan, tenancy.MayAsk a company and whoever writes down an emergency.
// All that is wrong is named at once, with the fields that whoever asks could not read. A repetition without a fault returns the works that were planned.
func (s *Service) Plan(ctx context.Context, actor identity.Actor, company uuid.UUID, in Input, unread ...fault.Field) (Work, error) {
	if err := s.mayWrite(ctx, actor, company); err != nil {
		return Work{}, err
	}
	if err := s.mayAdd(ctx, actor, in); err != nil {
		return Work{}, err
	}
	if actor.Kind == identity.Partner {
		in.Owner, in.Operator = ByOperator, company
	}
	in.trim()
	if in.Emergency && !in.StartedAt.IsZero() {
		in.From = s.dayOf(ctx, in.StartedAt)
	}
	bad := fault.Also(unread, in.check(s.now(), s.Today(ctx))...)
	if actor.Kind == identity.Partner && in.Emergency && !in.From.IsZero() && in.To.After(in.From.AddDate(0, 0, emergencyDays)) {
		bad = fault.Also(bad, fault.Field{Name: "to", Code: "window_too_long", Args: []any{"max", emergencyDays}})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Work{}, err
	}
	w := Work{TenantID: tenancy.Must(ctx), ID: id, State: Planned, CreatedAt: s.now(), CreatedBy: actor.ID, Emergency: in.Emergency, Key: uuid.NullUUID{UUID: in.Key, Valid: in.Key != uuid.Nil}}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		if len(bad) == 0 { // else the form was changed since, and what it says now is told
			if again, err := s.planned(ctx, tx, actor, company, in.Key); err != nil || again != nil {
				if again != nil {
					w = *again
				}
				return err
			}
		}
		rule, err := ruleOn(ctx, tx, s.Today(ctx))
		if err != nil {
			return err
		}
		shape, err := s.take(ctx, tx, &w, in, most(in.Emergency, rule), bad)
		if err != nil {
			return err
		}
		if in.Emergency {
			w.State, w.BeganOn, w.StartedAt, w.ReportDue = Running, in.From, in.StartedAt.UTC(), in.StartedAt.UTC().Add(time.Duration(rule.ReportHours)*time.Hour)
			if in.Report != "" {
				w.Report, w.ReportedAt = in.Report, s.now()
			}
		}
		if w.Number, err = s.number(ctx, tx); err != nil {
			return err
		}
		if err := s.sealContact(ctx, &w); err != nil {
			return err
		}
		row := w
		row.Contact, row.Phone, row.Email = "", "", ""
		if _, err := tx.NewInsert().Model(&row).Value("place", "?::geometry", shape).Value("by_ducts", "?", in.Place.byDucts()).Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: plan: %w", err)
		}
		if err := s.check(ctx, tx, &w, rule); err != nil {
			return err
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.plan", id, map[string]any{"number": w.Number, "owner": w.Owner, "kind": w.Kind, "emergency": w.Emergency, "from": w.From.Format(time.DateOnly), "to": w.To.Format(time.DateOnly)}))
	})
	return w, err
}

// planned are the works that the same form planned; nil where there are none. It refuses Conflict "ductwork.key_taken" a key of somebody
// else's.
func (s *Service) planned(ctx context.Context, tx bun.Tx, actor identity.Actor, company, key uuid.UUID) (*Work, error) {
	if key == uuid.Nil {
		return nil, nil
	}
	var all []Work
	if err := tx.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.key = ?", tenancy.Must(ctx), key).Scan(ctx); err != nil || len(all) == 0 {
		return nil, err
	}
	if company != uuid.Nil && all[0].OperatorID.UUID != company || all[0].CreatedBy != actor.ID {
		return nil, fault.New(fault.Conflict, "ductwork.key_taken")
	}
	return &all[0], s.openContact(ctx, &all[0])
}

// dayOf is the day of a moment in the city.
func (s *Service) dayOf(ctx context.Context, at time.Time) time.Time {
	if city, ok := tenancy.CityFrom(ctx); ok {
		at = at.In(city.Location())
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// number is the next one of the city.
func (s *Service) number(ctx context.Context, tx bun.Tx) (string, error) {
	var given int64
	err := tx.NewRaw(`INSERT INTO duct_work_count (tenant_id, given) VALUES (?, 1) ON CONFLICT (tenant_id) DO UPDATE SET given = duct_work_count.given + 1 RETURNING given`, tenancy.Must(ctx)).Scan(ctx, &given)
	if err != nil {
		return "", fmt.Errorf("ductwork: number: %w", err)
	}
	return fmt.Sprintf("GAL-%d-%04d", s.Today(ctx).Year(), given), nil
}

// take takes over what was said, with the shape of its place of at most so many metres, empty for works that stay where they are. It
// refuses what is bad already together with whatever of it the city does not know.
func (s *Service) take(ctx context.Context, tx bun.Tx, w *Work, in Input, most int, bad []fault.Field) (shape string, err error) {
	unknown, err := s.fill(ctx, tx, w, in)
	if err != nil {
		return "", err
	}
	bad = fault.Also(bad, unknown...)
	if !in.Place.Empty() || w.Number == "" {
		var nowhere []fault.Field
		if shape, nowhere, err = in.Place.shape(ctx, tx, s, most); err != nil {
			return "", err
		}
		bad = fault.Also(bad, nowhere...)
		if nowhere, err = in.Place.abroad(ctx, tx, s.Today(ctx)); err != nil {
			return "", err
		}
		bad = fault.Also(bad, nowhere...)
	}
	return shape, fault.Fields(bad)
}

// fill takes over what was said, and names what of it the city does not know.
func (s *Service) fill(ctx context.Context, tx bun.Tx, w *Work, in Input) (unknown []fault.Field, err error) {
	w.Owner, w.OwnerName, w.OperatorID = in.Owner, in.OwnerName, uuid.NullUUID{}
	if in.Owner == ByOperator && in.Operator != uuid.Nil {
		var all []lease.Operator
		if err := tx.NewSelect().Model(&all).Where("o.tenant_id = ? AND o.id = ?", tenancy.Must(ctx), in.Operator).Scan(ctx); err != nil {
			return nil, fmt.Errorf("ductwork: plan: %w", err)
		}
		switch {
		case len(all) == 0:
			unknown = append(unknown, fault.Field{Name: "operator", Code: "not_an_option"})
		case all[0].State != lease.OperatorApproved:
			return nil, fault.New(fault.Conflict, "lease.not_approved")
		default:
			w.OwnerName, w.OperatorID = all[0].Name, uuid.NullUUID{UUID: in.Operator, Valid: true}
		}
	}
	if in.Authority != "" {
		known, err := tx.NewSelect().TableExpr("duct_authority AS a").Where("a.tenant_id = ? AND a.code = ?", tenancy.Must(ctx), in.Authority).Exists(ctx)
		if err != nil {
			return nil, fmt.Errorf("ductwork: plan: %w", err)
		}
		if !known {
			unknown = append(unknown, fault.Field{Name: "authority", Code: "not_an_option"})
		}
	}
	w.Kind, w.Title, w.Road, w.Authority, w.Method = in.Kind, in.Title, in.Road, in.Authority, in.Method
	w.From, w.To, w.Contact, w.Phone, w.Email, w.Colay, w.ColayNote = in.From, in.To, in.Contact, in.Phone, in.Email, in.Colay, in.ColayNote
	w.UpdatedAt = s.now()
	return unknown, nil
}

// changeable are the states in which staff, and the company whose works they are, change what was said.
func changeable(partner bool) []string {
	if partner {
		return []string{Planned}
	}
	return []string{Planned, Permitted, Running}
}

// Change says anew what works are, and holds them against the others again. An empty Place leaves them where they are. For staff
// with duct:manage until the road is being restored, and for people of the company whose it is while it is planned: others are
// NotFound "ductwork.not_found", another state Conflict "ductwork.wrong_state", and Conflict "ductwork.changed" what somebody has
// changed since revision was read. All that is wrong is named at once, with the fields that whoever asks could not read.
func (s *Service) Change(ctx context.Context, actor identity.Actor, company, id uuid.UUID, revision int, in Input, unread ...fault.Field) error {
	if err := s.mayWrite(ctx, actor, company); err != nil {
		return err
	}
	partner := actor.Kind == identity.Partner
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		w, err := s.locked(ctx, tx, company, id)
		if err != nil {
			return err
		}
		switch {
		case !slices.Contains(changeable(partner), w.State):
			return fault.New(fault.Conflict, "ductwork.wrong_state")
		case w.Revision != revision:
			return fault.New(fault.Conflict, "ductwork.changed")
		}
		if partner {
			in.Owner, in.Operator = ByOperator, company
		}
		in.trim()
		stays := in.Place.Empty()
		if w.Emergency {
			in.Emergency, in.StartedAt, in.From = true, w.StartedAt, w.From
		}
		was := w
		rule, err := ruleOn(ctx, tx, s.Today(ctx))
		if err != nil {
			return err
		}
		shape, err := s.take(ctx, tx, &w, in, most(w.Emergency, rule), fault.Also(unread, in.check(s.now(), s.Today(ctx))...))
		if err != nil {
			return err
		}
		if err := s.sealContact(ctx, &w); err != nil {
			return err
		}
		if w.OperatorID.Valid { // staff have said whose they are
			w.unclaim()
		}
		w.Revision++
		q := tx.NewUpdate().Model(&w).Column("owner", "operator_id", "owner_name", "may_operator", "may_be", "kind", "title", "road", "authority", "from_day", "to_day", "method", "sealed", "erased_at", "colay", "colay_note", "revision", "updated_at").
			Set("contact = '', phone = '', email = ''")
		if !stays {
			q = q.Set("place = ?::geometry, by_ducts = ?", shape, in.Place.byDucts())
		}
		if _, err := q.WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: change: %w", err)
		}
		if err := s.check(ctx, tx, &w, rule); err != nil {
			return err
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.change", id, map[string]any{"number": w.Number, "moved": !stays, "from": span(was), "to": span(w)}))
	})
}

func span(w Work) string { return w.From.Format(time.DateOnly) + "/" + w.To.Format(time.DateOnly) }

// locked is works to be changed: those of a company, or of anybody for uuid.Nil.
func (s *Service) locked(ctx context.Context, tx bun.Tx, company, id uuid.UUID) (Work, error) {
	var all []Work
	if err := tx.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx); err != nil {
		return Work{}, fmt.Errorf("ductwork: work: %w", err)
	}
	if len(all) == 0 || company != uuid.Nil && all[0].OperatorID.UUID != company {
		return Work{}, fault.New(fault.NotFound, "ductwork.not_found")
	}
	return all[0], s.openContact(ctx, &all[0])
}
