package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/identity"
)

// seedDamages lets two things go wrong with the made-up network: one that was mended, of which what is let off waits for a second
// person, and one that somebody in the street has just reported by a label.
func (a *App) seedDamages(ctx context.Context, manager, clerk identity.Actor, now time.Time) error {
	all, err := a.Leases.Leases(ctx, manager, lease.Filter{State: lease.Active}, uuid.Max, 200)
	if err != nil || len(all) == 0 {
		return err
	}
	hit := all[0]
	for _, x := range all {
		if x.OperatorName == demoCompanies[0] { // somebody of it can sign in
			hit = x
		}
	}
	_, parts, err := a.Leases.Lease(ctx, manager, hit.ID)
	if err != nil || len(parts) == 0 {
		return err
	}
	segment, _, err := a.Ducts.Segment(ctx, manager, parts[0].Code, now)
	if err != nil {
		return err
	}
	at := now.AddDate(0, 0, -9)
	past := ductdamage.New(ductdamage.Deps{DB: a.DB.App, Guard: a.Guard, Notify: a.Notify, Files: a.Files, Keys: a.Keys, Ducts: a.Ducts, Companies: a.Operators, Book: a.DuctBills, Now: func() time.Time { return at }})
	if err := past.MakeLabels(ctx, manager, []uuid.UUID{segment.From, segment.To}); err != nil {
		return err
	}
	d, err := past.Report(ctx, manager, ductdamage.ReportInput{Kind: "digging", Node: segment.From, Words: "Data contoh: galian mengenai duct"})
	if err != nil {
		return err
	}
	revision := 0
	if err := past.Hit(ctx, manager, ductdamage.HitInput{ID: d.ID, Revision: revision, Segment: segment.Code}); err != nil {
		return err
	}
	for _, step := range []struct {
		state string
		after time.Duration
	}{{ductdamage.Acknowledged, 10 * time.Minute}, {ductdamage.OnSite, 2 * time.Hour}, {ductdamage.Temporary, 20 * time.Hour}, {ductdamage.Repaired, 76 * time.Hour}} {
		at, revision = d.ReportedAt.Add(step.after), revision+1
		if err := past.Step(ctx, manager, ductdamage.StepInput{ID: d.ID, Revision: revision, State: step.state}); err != nil {
			return fmt.Errorf("%s: %w", step.state, err)
		}
	}
	_, err = past.Judge(ctx, manager, ductdamage.CauseInput{ID: d.ID, Revision: revision + 1, Cause: "excavation", Liable: ductdamage.ThirdParty, Name: "Kontraktor contoh, bukan perusahaan nyata", RootCause: "Data contoh: gambar terbangun tidak ada di lokasi galian",
		Cost: 12_500_000, Shares: []ductdamage.Share{{Party: ductdamage.ThirdParty, Name: "Kontraktor contoh", Percent: 70}, {Party: ductdamage.ByCompany, Percent: 30}}})
	if err == nil {
		err = past.AskCredits(ctx, clerk, d.ID)
	}
	if err != nil {
		return err
	}
	at = now.Add(-2 * time.Hour)
	labels, err := past.Labels(ctx, manager, []uuid.UUID{segment.To})
	if err != nil || len(labels) == 0 {
		return err
	}
	_, _, err = past.ReportPublic(ctx, labels[0].Token, ductdamage.ReportInput{Kind: "cover", Words: "Data contoh: tutup manhole bergeser"})
	return err
}
