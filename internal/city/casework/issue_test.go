package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// TestNumbersHaveNoGap issues fifty documents, several at once, while other transactions take a number and fail, or lose
// their connection in the middle.
func TestNumbersHaveNoGap(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.offer.OneOpen, st.offer.CooldownMonths = false, 0
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	siti := st.resident(t, st.ctx, "Siti")
	const n = 50
	var apps []application.Application
	for i := range n {
		apps = append(apps, st.approved(t, budi, st.submitted(t, siti, nikOf(i))))
	}
	// Each waits for the number of the one before it, which is held while a paper is printed: with all fifty in one line the
	// last would wait longer on a slow machine than the database lets a statement take.
	var g errgroup.Group
	g.SetLimit(8)
	giveUp := errors.New("the printer burns")
	for i, app := range apps {
		g.Go(func() error {
			if i%4 < 2 {
				err := tenancy.InTx(st.ctx, st.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
					if _, err := st.makeDocument(ctx, tx, app); err != nil {
						return err
					}
					if i%4 == 0 {
						return giveUp
					}
					_, err := tx.ExecContext(ctx, "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(60)")
					return err
				})
				if err == nil || i%4 == 0 && !errors.Is(err, giveUp) {
					t.Error(err)
				}
			}
			return st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID})
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	var seqs []int
	if err := st.w.DB.App.NewRaw("SELECT seq FROM issued_document WHERE tenant_id = ? ORDER BY seq", st.w.Batam.ID).Scan(st.ctx, &seqs); err != nil {
		t.Fatal(err)
	}
	want := make([]int, n)
	for i := range want {
		want[i] = i + 1
	}
	if !slices.Equal(seqs, want) {
		t.Errorf("numbers %v", seqs)
	}
	// A new year begins at one, by the city's clock: this is still 2026 in UTC.
	st.on(t, "2027-01-01 00:30")
	app := st.approved(t, budi, st.submitted(t, siti, nikOf(99)))
	if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil || d.Documents[0].Number != "001/SKP-KTP/Disdukcapil/I/2027" {
		t.Errorf("new year: %+v, %v", d.Documents, err)
	}
}

// TestADecisionWaitsForLettersThatCanBePrinted: an officer is told which answer no paper can show and with which letters, and
// nothing of the decision is kept.
func TestADecisionWaitsForLettersThatCanBePrinted(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	siti.Name = "Siti 小明 Rahma"
	app, err := st.submitted(t, siti, sitiNIK), error(nil)
	if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Version: app.Version, Action: "start_review"}); err != nil {
		t.Fatal(err)
	}
	_, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Version: app.Version, Action: "approve", Reason: "Cocok."})
	wants(t, err, "document.unprintable")
	if f := fault.From(err); !strings.Contains(fmt.Sprint(f.Args), ": 小 (U+5C0F), 明 (U+660E)") {
		t.Errorf("told %v", f.Args)
	}
	d, err := st.Get(st.ctx, budi, app.ID)
	if err != nil || d.Application.Version != app.Version || !d.Application.DecidedAt.IsZero() {
		t.Errorf("something of the decision was kept: %+v, %v", d.Application, err)
	}
	// A decision from before, too, makes no such document.
	err = tenancy.InTx(st.ctx, st.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := st.makeDocument(ctx, tx, app)
		return err
	})
	wants(t, err, "document.unprintable")
}

func TestNothingIsIssuedOnARejection(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	for _, in := range []ActInput{{Action: "start_review"}, {Action: "reject", Reason: "Tidak cocok."}} {
		in.ID, in.Version = app.ID, app.Version
		var err error
		if app, err = st.Act(st.ctx, budi, in); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	if n := len(heard[event.DocumentIssued](st)); n != 0 || app.Outcome != event.Rejected || app.ClosedAt.IsZero() {
		t.Errorf("%d documents; outcome %s", n, app.Outcome)
	}
	tr, err := st.Track(st.ctx, app.Number, "7890")
	if err != nil || tr.State.Stage != workflow.StageRejected {
		t.Errorf("tracked %+v, %v", tr, err)
	}
}

// TestAWorkflowMayEndWithTheDocument takes a workflow whose last step is the system's own.
func TestAWorkflowMayEndWithTheDocument(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	wf, err := application.Define[workflow.Workflow](st.ctx, application.NewDefinitions(), st.w.DB.App, application.WorkflowTable, "adminduk", 1)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(wf.Actions, func(a workflow.Action) bool { return a.Code == "hand_over" })
	wf.Actions[i].Actor, wf.Actions[i].Permission, wf.Actions[i].Message = workflow.BySystem, "", nil
	err = tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return application.Publish(ctx, tx, application.WorkflowTable, "adminduk", 2, wf, st.clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	app := st.approved(t, budi, st.submitted(t, siti, sitiNIK))
	if app.WorkflowVersion != 2 {
		t.Fatalf("workflow version %d", app.WorkflowVersion)
	}
	if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil || d.Application.Stage != workflow.StageCompleted || d.Application.ClosedAt.IsZero() || len(d.Documents) != 1 {
		t.Errorf("stage %s, %v", d.Application.Stage, err)
	}
}
