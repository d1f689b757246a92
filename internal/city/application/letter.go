package application

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// roleHead and roleAdmin are the built-in roles that answer, in this order, where nobody holds the one that is named.
const (
	RoleHead  = "agency_head"
	roleAdmin = "city_admin"
)

// Told returns who is told of app in an agency: the officer who has it, or the holders of a role, whose areas cover where it
// lies; for who is away, who stands in. Where there is nobody, the agency's head is told, and then the administrators of
// the city.
func (s *Service) Told(ctx context.Context, db bun.IDB, app Application, to, agency string) (all []uuid.UUID, standin bool, err error) {
	if agency == "" {
		agency = app.AgencyCode
	}
	if to == workflow.ToHolder && app.AssigneeID.Valid && agency == app.AgencyCode {
		all, err = s.present(ctx, db, app, []uuid.UUID{app.AssigneeID.UUID})
		if err != nil || len(all) > 0 {
			return all, false, err
		}
	}
	for i, role := range slices.Compact([]string{to, RoleHead, roleAdmin}) {
		in := agency
		if role == roleAdmin {
			in = ""
		}
		if role == workflow.ToHolder {
			continue
		}
		holders, err := identity.Holders(ctx, db, role, in)
		if err != nil {
			return nil, false, err
		}
		if all, err = s.present(ctx, db, app, holders); err != nil || len(all) > 0 {
			return all, i > 0, err
		}
	}
	return nil, true, nil
}

// present are those whose areas cover where app lies; in the place of who is away today is who does their work, each once.
func (s *Service) present(ctx context.Context, db bun.IDB, app Application, accounts []uuid.UUID) ([]uuid.UUID, error) {
	accounts, err := access.Covering(ctx, db, accounts, app.DistrictCode, app.SubdistrictCode)
	if err != nil {
		return nil, err
	}
	var out []uuid.UUID
	for _, id := range accounts {
		is, ok, err := s.AtWork(ctx, db, app, id)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(out, is) {
			out = append(out, is)
		}
	}
	return out, nil
}

// AtWork returns who does the work of an account on app today: the account itself or, while it is away, who stands in. It
// is false when they are away too, or limited to areas in which app does not lie.
func (s *Service) AtWork(ctx context.Context, db bun.IDB, app Application, account uuid.UUID) (uuid.UUID, bool, error) {
	is, ok, err := absence.Present(ctx, db, account, s.Now())
	if err != nil || !ok || is == account {
		return is, ok, err
	}
	reach, err := access.Covering(ctx, db, []uuid.UUID{is}, app.DistrictCode, app.SubdistrictCode)
	return is, len(reach) > 0, err
}

// Letter sends one letter, once for an occasion. Staff are written to in Indonesian, the applicant in the language in
// which they applied.
func (s *Service) Letter(ctx context.Context, tx bun.IDB, app Application, n workflow.Notice, occasion, reason string) error {
	to, l, path := []uuid.UUID{app.AccountID}, i18n.Locale(app.Locale), "/permohonan/"
	if n.To != workflow.ToApplicant {
		var err error
		if to, _, err = s.Told(ctx, tx, app, n.To, n.Agency); err != nil {
			return err
		}
		l, path = i18n.ID, "/petugas/permohonan/"
	}
	wf, err := s.Workflow(ctx, tx, app)
	if err != nil {
		return err
	}
	state, _ := wf.State(app.State)
	values := map[string]string{"number": app.Number, "service": app.ServiceName.In(l), "agency": app.AgencyName.In(l),
		"state": state.Label.In(l), "reason": reason, "due": l.T("casework.no_due")}
	if !app.DueAt.IsZero() {
		city, _ := tenancy.CityFrom(ctx)
		values["due"] = l.DateTime(app.DueAt.In(city.Location()))
	}
	title := strings.Join(strings.Fields(workflow.Fill(n.Title.In(l), values)), " ")
	for _, id := range to {
		err := s.Deps.Notify.Send(ctx, tx, notify.Message{
			To: id, Template: "generic", Locale: l, Key: fmt.Sprintf("%s:%s:%s", app.ID, occasion, id),
			Data: map[string]string{"title": title, "body": workflow.Fill(n.Body.In(l), values), "path": path + app.ID.String()},
		})
		if err != nil {
			return fmt.Errorf("application: letter: %w", err)
		}
	}
	return nil
}
