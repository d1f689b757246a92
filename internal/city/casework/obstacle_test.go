package casework

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// reword publishes the next version of the template, its first version with a title of its own.
func (st *stage) reword(t *testing.T, code, title string) {
	t.Helper()
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO document_definition (tenant_id, code, version, body, created_at, origin)
			SELECT tenant_id, code, (SELECT max(version) + 1 FROM document_definition WHERE tenant_id = ?0 AND code = ?1), jsonb_set(body, '{title,id}', to_jsonb(?2::text)), now(), 'admin'
			FROM document_definition WHERE tenant_id = ?0 AND code = ?1 AND version = 1`, tenancy.Must(ctx), code, title).Exec(ctx)
		return err
	})
}

func (st *stage) jobsOf(t *testing.T, kind string) (n int) {
	t.Helper()
	if err := st.w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE kind = ?", kind).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAStepThatCannotBePrintedGoesOnWhenItIsMended: nothing of it is kept, officer and administrator are told, and it is taken
// by itself once the template is corrected, by the template that can say it.
func TestAStepThatCannotBePrintedGoesOnWhenItIsMended(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, func(w *workflow.Workflow) {
		for _, a := range w.Actions {
			if a.Code == "approve" {
				a.Code, a.Actor, a.Permission, a.Roles, a.Reason = "lapse", workflow.BySystem, "", nil, workflow.ReasonNone
				a.After, a.Message = workcal.Term{Amount: 2, Unit: workcal.Day}, inBoth("Dikabulkan karena waktu habis.")
				w.Actions = append(w.Actions, a)
				return
			}
		}
	})
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	admin := st.officer(t, "Maya", "", "city_admin")
	code := st.offer.Document
	st.reword(t, code, "Surat 小")
	app := st.submitted(t, siti, sitiNIK)
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Version: app.Version, Action: "start_review"})
	if err != nil {
		t.Fatal(err)
	}
	st.on(t, "2026-11-27 09:00")
	st.ringOnce(t)
	st.ringOnce(t)
	d, err := st.Get(st.ctx, budi, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o := d.Obstacle; d.Application.State != "in_review" || !d.Application.DecidedAt.IsZero() || o == nil || o.Action != "lapse" || !o.TimerID.Valid || !strings.Contains(o.Letters, "小 (U+5C0F)") {
		t.Fatalf("%s, held up by %+v", d.Application.State, o)
	}
	since := d.Obstacle.Since
	if mine, err := st.Get(st.ctx, siti, app.ID); err != nil || mine.Obstacle != nil {
		t.Errorf("the applicant is told of %+v, %v", mine.Obstacle, err)
	}
	if all, err := st.Obstacles(st.ctx, admin, app.ServiceCode); err != nil || len(all) != 1 || all[0].Number != app.Number {
		t.Errorf("the administrator sees %+v, %v", all, err)
	}
	if _, err := st.Obstacles(st.ctx, budi, app.ServiceCode); err == nil {
		t.Error("an officer reads the list of the administrator")
	}
	again := func() {
		t.Helper()
		was := st.jobsOf(t, "casework.timer.v1")
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.tryObstacles(ctx, tx, st.clock()) })
		if st.jobsOf(t, "casework.timer.v1") != was+1 {
			t.Fatal("it is not tried again")
		}
		st.ringOnce(t)
	}
	st.on(t, "2026-11-27 09:10")
	again()
	if d, err = st.Get(st.ctx, budi, app.ID); err != nil || d.Obstacle == nil || !d.Obstacle.Since.Equal(since) {
		t.Fatalf("still held up %+v, %v", d.Obstacle, err)
	}
	st.reword(t, code, "Surat keterangan")
	again()
	d, err = st.Get(st.ctx, budi, app.ID)
	if err != nil || d.Application.DecidedAt.IsZero() || d.Application.DocumentVersion != 3 || d.Obstacle != nil {
		t.Fatalf("mended: %+v, %v", d.Application, err)
	}
	if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	if d, err = st.Get(st.ctx, siti, app.ID); err != nil || len(d.Documents) != 1 || d.Documents[0].Title["id"] != "Surat keterangan" || d.Documents[0].Seq != 1 {
		t.Errorf("issued %+v, %v", d.Documents, err)
	}
}

// TestADocumentThatCannotBePrintedComesWhenItIsMended, of a decision that stands, and without a number that is lost.
func TestADocumentThatCannotBePrintedComesWhenItIsMended(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	app := st.approved(t, budi, st.submitted(t, siti, sitiNIK))
	st.reword(t, st.offer.Document, "Surat 小")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE application SET document_version = 2 WHERE tenant_id = ? AND id = ?", tenancy.Must(ctx), app.ID).Exec(ctx)
		return err
	})
	issue := func() *Obstacle {
		t.Helper()
		if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
			t.Fatal(err)
		}
		d, err := st.Get(st.ctx, budi, app.ID)
		if err != nil {
			t.Fatal(err)
		}
		return d.Obstacle
	}
	if o := issue(); o == nil || o.TimerID.Valid || o.Action != "" {
		t.Fatalf("held up by %+v", o)
	}
	was := st.jobsOf(t, "casework.issue.v1")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.tryObstacles(ctx, tx, st.clock()) })
	if n := st.jobsOf(t, "casework.issue.v1"); n != was+1 {
		t.Errorf("%d jobs try again", n-was)
	}
	st.reword(t, st.offer.Document, "Surat keterangan")
	for range 2 {
		if o := issue(); o != nil {
			t.Fatalf("still held up by %+v", o)
		}
	}
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil || len(d.Documents) != 1 || d.Documents[0].Seq != 1 {
		t.Errorf("issued %+v, %v", d.Documents, err)
	}
}
