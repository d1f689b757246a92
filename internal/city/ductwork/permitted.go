package ductwork

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Applications are the matters of the city's own services.
type Applications interface {
	// Numbered is the number of an application as the city keeps it, as somebody has typed it; "" where there is none.
	Numbered(ctx context.Context, db bun.IDB, typed string) (string, error)
	// Said is what an application says in some fields of its form, "group.question" for those of all rows, with its number and the office that
	// decided it. Personal data is never among it, whatever is asked for.
	Said(ctx context.Context, db bun.IDB, application uuid.UUID, fields []string) (number, agency string, said map[string][]string, err error)
}

// Subscribe lets permits that the city's own services give, or end, reach the works that they are for. Call it once, before the runner starts.
func (s *Service) Subscribe(bus *event.Bus, papers *document.Service) {
	event.On(bus, "ductwork", func(ctx context.Context, tx bun.Tx, f event.DocumentIssued) error {
		return s.permitted(ctx, tx, papers, f)
	})
	event.On(bus, "ductwork", func(ctx context.Context, tx bun.Tx, f event.DocumentRevoked) error {
		return s.withdrawn(ctx, tx, papers, f)
	})
}

// system is who acts where no person does.
var system = identity.Actor{Kind: identity.Kind(audit.System)}

// permitted writes a permit down that was issued: on the works that had the one it replaces, on those that name its application, or on works
// that it opens. The number of a company that the applicant has typed ties it to nothing: staff confirm that, see ConfirmPermit. A permit that is
// on record, or is over already, changes nothing.
func (s *Service) permitted(ctx context.Context, tx bun.Tx, papers *document.Service, f event.DocumentIssued) error {
	rule, ok, err := permitService(ctx, tx, f.ServiceCode)
	if err != nil || !ok || tenancy.MayAsk(ctx, tenancy.ModuleDuct) != nil {
		return err
	}
	d, err := papers.Get(ctx, tx, f.DocumentID)
	if err != nil || d.Status != document.Valid {
		return err
	}
	var p permit
	var said map[string][]string
	if p.application, p.by, said, err = s.d.Applications.Said(ctx, tx, f.ApplicationID, rule.fields()); err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	p.document, p.number, p.day = d, d.Number, s.dayOf(ctx, d.IssuedAt)
	if err := rule.read(&p, said); err != nil {
		return fmt.Errorf("ductwork: permit %s: %w", d.Number, err)
	}
	if err := lock(ctx, tx); err != nil {
		return err
	}
	known, err := tx.NewSelect().Model((*Work)(nil)).Where("w.tenant_id = ? AND w.document_id = ?", tenancy.Must(ctx), d.ID).Exists(ctx)
	if err != nil || known {
		return err
	}
	if err := tx.NewRaw("SELECT id FROM duct_operator WHERE tenant_id = ? AND nib = ? AND nib <> '' AND state = 'approved'", tenancy.Must(ctx), p.nib).Scan(ctx, &p.operators); err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	id, err := s.worksOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if id == uuid.Nil {
		return s.open(ctx, tx, p, f.AccountID)
	}
	return s.grant(ctx, tx, p, id)
}

// permit is what a document says of works.
type permit struct {
	document     document.Document
	number, by   string
	application  string
	day          time.Time
	owner, nib   string
	operators    []uuid.UUID // with that number, at most one
	road         string
	points       []geo.Point
	from, to     time.Time
	kind, method string
	authority    string
}

// read takes over what was said. It refuses days that are none.
func (r PermitService) read(p *permit, said map[string][]string) (err error) {
	one := func(field string) string {
		if len(said[field]) == 0 {
			return ""
		}
		return strings.Join(strings.Fields(said[field][0]), " ")
	}
	p.owner, p.nib, p.road = one(r.Owner), one(r.NIB), one(r.Road)
	p.kind, p.method, p.authority = cmp.Or(r.Kinds[one(r.Kind)], Other), cmp.Or(r.Methods[one(r.Method)], Other), r.Authorities[one(r.Authority)]
	for _, text := range said[r.Points] {
		if at, ok := geo.Parse(text); ok {
			p.points = append(p.points, at)
		}
	}
	if p.from, err = time.Parse(time.DateOnly, one(r.From)); err == nil {
		p.to, err = time.Parse(time.DateOnly, one(r.To))
	}
	return err
}

// worksOf finds the works that a permit is for beyond doubt; uuid.Nil where there are none.
func (s *Service) worksOf(ctx context.Context, tx bun.Tx, p permit) (uuid.UUID, error) {
	var found []uuid.UUID
	err := tx.NewRaw("SELECT id FROM duct_work WHERE tenant_id = ?0 AND state <> ?3 AND (document_id = ?1 OR application = ?2 AND document_id IS NULL) ORDER BY document_id IS NULL, id LIMIT 1",
		tenancy.Must(ctx), p.document.Replaces, p.application, Cancelled).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return uuid.Nil, err
	}
	return found[0], nil
}

// guess finds what the company whose number the applicant typed plans where and when a permit is for; none where more than one could be meant.
func (s *Service) guess(ctx context.Context, tx bun.Tx, p permit, shape string) (of uuid.NullUUID, err error) {
	rule, err := ruleOn(ctx, tx, s.Today(ctx))
	if err != nil {
		return of, err
	}
	var found []uuid.UUID
	err = tx.NewRaw("SELECT id FROM duct_work WHERE tenant_id = ?0 AND operator_id = ?1 AND state = ?2 AND from_day <= ?4 AND to_day >= ?3 AND ST_DWithin(place::geography, ?5::geometry::geography, ?6) ORDER BY id LIMIT 2",
		tenancy.Must(ctx), p.operators[0], Planned, p.from, p.to, shape, rule.TogetherM).Scan(ctx, &found)
	if err != nil || len(found) != 1 {
		return of, err
	}
	return uuid.NullUUID{UUID: found[0], Valid: true}, nil
}

// line is where a permit lets works be, or its first point where its line is none; empty where it says no place.
func (s *Service) line(ctx context.Context, tx bun.Tx, p permit) (string, error) {
	for _, points := range [][]geo.Point{p.points, p.points[:min(1, len(p.points))]} {
		if len(points) == 0 {
			return "", nil
		}
		shape, nowhere, err := Place{Points: points}.shape(ctx, tx, s, longest)
		if err != nil || len(nowhere) == 0 {
			return shape, err
		}
	}
	return "", nil
}

// grant writes a permit down on works that are its own beyond doubt. Whose they are is asked anew, while nobody has said: of a company that the one
// before did not name too, and never again of one that staff have denied.
func (s *Service) grant(ctx context.Context, tx bun.Tx, p permit, id uuid.UUID) error {
	w, err := s.locked(ctx, tx, uuid.Nil, id)
	if err != nil {
		return err
	}
	shape, err := s.line(ctx, tx, p)
	if err != nil {
		return err
	}
	asks, denied, err := s.unsaid(ctx, tx, w, p)
	if err != nil {
		return err
	}
	if asks { // what the applicant for the permit before has typed is not what the new one says
		if denied {
			p.operators = nil
		}
		at := shape
		if at == "" {
			if err := tx.NewRaw("SELECT place::text FROM duct_work WHERE tenant_id = ? AND id = ?", w.TenantID, w.ID).Scan(ctx, &at); err != nil {
				return fmt.Errorf("ductwork: permit: %w", err)
			}
		}
		if err := s.claim(ctx, tx, &w, p, at); err != nil {
			return err
		}
		w.Revision++ // who has seen the former confirms the former
	}
	return s.give(ctx, tx, system, w, p, shape)
}

// claim notes whose works are by the number that the applicant for their permit has typed, and what that company plans there, for staff to confirm.
func (s *Service) claim(ctx context.Context, tx bun.Tx, w *Work, p permit, shape string) (err error) {
	if w.unclaim(); len(p.operators) != 1 {
		return nil
	}
	w.MayOperator = uuid.NullUUID{UUID: p.operators[0], Valid: true}
	w.MayBe, err = s.guess(ctx, tx, p, shape)
	return err
}

// give writes a permit down on works that are locked: number, days and place are its own from then on, as long as nobody digs yet.
func (s *Service) give(ctx context.Context, tx bun.Tx, actor identity.Actor, w Work, p permit, shape string) error {
	was := span(w)
	w.Permit, w.PermitBy, w.PermitDay, w.Application, w.DocumentID = p.number, p.by, p.day, p.application, uuid.NullUUID{UUID: p.document.ID, Valid: p.document.ID != uuid.Nil}
	w.PermitEndedAt, w.PermitEndedWhy, w.UpdatedAt = time.Time{}, "", s.now()
	q := tx.NewUpdate().Model(&w).Column("permit", "permit_by", "permit_day", "application", "document_id", "permit_ended_at", "permit_ended_why", "may_operator", "may_be", "state", "from_day", "to_day", "revision", "updated_at")
	if w.State == Planned || w.State == Permitted {
		w.State, w.From, w.To = Permitted, p.from, p.to
		w.Revision++
		if shape != "" {
			q = q.Set("place = ?::geometry, by_ducts = false", shape)
		}
	}
	if _, err := q.WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	return s.noted(ctx, tx, actor, w, "ductwork.permit", map[string]any{"number": w.Number, "permit": p.number, "from": was, "to": span(w)})
}

// noted holds works against the others anew, and tells the record what became of them.
func (s *Service) noted(ctx context.Context, tx bun.Tx, actor identity.Actor, w Work, action string, detail map[string]any) error {
	rule, err := ruleOn(ctx, tx, s.Today(ctx))
	if err != nil {
		return err
	}
	if err := s.check(ctx, tx, &w, rule); err != nil {
		return err
	}
	return audit.Record(ctx, tx, entry(actor, action, w.ID, detail))
}

// open writes down works by their permit. Where its applicant has typed the number of a company they are nobody's who leases ducts until staff
// have confirmed that they are, and what that company had planned stays as it is. A permit without a place opens none.
func (s *Service) open(ctx context.Context, tx bun.Tx, p permit, by uuid.UUID) error {
	shape, err := s.line(ctx, tx, p)
	if err != nil || shape == "" {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	const l = i18n.ID
	w := Work{TenantID: tenancy.Must(ctx), ID: id, Owner: ByUtility, OwnerName: p.owner, Kind: p.kind, Title: l.T("work.permit_title", "kind", l.T("work.kind."+p.kind), "road", p.road), Road: p.road, From: p.from, To: p.to, Method: p.method,
		Contact: p.by, Permit: p.number, PermitBy: p.by, PermitDay: p.day, Application: p.application, DocumentID: uuid.NullUUID{UUID: p.document.ID, Valid: true}, State: Permitted, CreatedAt: s.now(), CreatedBy: by, UpdatedAt: s.now()}
	if err := s.claim(ctx, tx, &w, p, shape); err != nil {
		return err
	}
	known, err := tx.NewSelect().TableExpr("duct_authority AS a").Where("a.tenant_id = ? AND a.code = ?", w.TenantID, p.authority).Exists(ctx)
	if err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	if known {
		w.Authority = p.authority
	}
	if w.Number, err = s.number(ctx, tx); err != nil {
		return err
	}
	if err := s.sealContact(ctx, &w); err != nil {
		return err
	}
	row := w
	row.Contact, row.Phone, row.Email = "", "", ""
	if _, err := tx.NewInsert().Model(&row).Value("place", "?::geometry", shape).Value("by_ducts", "false").Exec(ctx); err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	return s.noted(ctx, tx, system, w, "ductwork.plan", map[string]any{"number": w.Number, "owner": w.Owner, "kind": w.Kind, "permit": p.number, "from": w.From.Format(time.DateOnly), "to": w.To.Format(time.DateOnly)})
}

// withdrawn says of works that their permit is over, and why.
func (s *Service) withdrawn(ctx context.Context, tx bun.Tx, papers *document.Service, f event.DocumentRevoked) error {
	if err := lock(ctx, tx); err != nil {
		return err
	}
	d, err := papers.Get(ctx, tx, f.DocumentID)
	if err != nil {
		return err
	}
	var all []struct {
		ID     uuid.UUID
		Number string
	}
	err = tx.NewRaw("UPDATE duct_work SET permit_ended_at = ?2, permit_ended_why = ?3, updated_at = ?4 WHERE tenant_id = ?0 AND document_id = ?1 AND permit_ended_at IS NULL RETURNING id, number", tenancy.Must(ctx), d.ID, f.At, d.EndReason, s.now()).Scan(ctx, &all)
	if err != nil {
		return fmt.Errorf("ductwork: permit: %w", err)
	}
	for _, w := range all {
		if err := audit.Record(ctx, tx, entry(system, "ductwork.permit_end", w.ID, map[string]any{"number": w.Number, "permit": d.Number})); err != nil {
			return err
		}
	}
	return nil
}
