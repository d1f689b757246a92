package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// issued takes an application to its document.
func (st *stage) issued(t testing.TB, app application.Application) document.Document {
	t.Helper()
	if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	all, err := st.Deps.Documents.Of(st.ctx, st.Deps.DB.App, app.Subject())
	if err != nil || len(all) == 0 {
		t.Fatalf("%d documents, %v", len(all), err)
	}
	return all[len(all)-1]
}

func (st *stage) mails(t testing.TB, template string) int {
	t.Helper()
	var n int
	err := st.w.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND template = ?", st.w.Batam.ID, template).Scan(st.ctx, &n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestADocumentIsLockedBeforeItsApplication: by who replaces it as by who revokes it, so that two who do so at once do not
// wait for each other.
func TestADocumentIsLockedBeforeItsApplication(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	head := st.officer(t, "Rini", "disdukcapil", "agency_head")
	app := st.approved(t, budi, st.submitted(t, siti, sitiNIK))
	for _, act := range []func(document.Document) error{
		func(d document.Document) error { return second(st.ReplaceDocument(st.ctx, head, d.ID, "Salah nama")) },
		func(d document.Document) error {
			return second(st.Deps.Documents.Revoke(st.ctx, head, d.ID, "Keterangan palsu"))
		},
	} {
		d := st.issued(t, app)
		st.inOrder(t, fmt.Sprintf("issued_document WHERE id = '%s'", d.ID), fmt.Sprintf("application WHERE id = '%s'", app.ID), func() error { return act(d) })
	}
}

// TestWhatFollowsTheDocumentIsTold: the step that a workflow takes when the document is there has its letters and its
// message like any other, once.
func TestWhatFollowsTheDocumentIsTold(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, func(w *workflow.Workflow) {
		for i := range w.Actions {
			if a := &w.Actions[i]; a.Code == "hand_over" {
				a.Actor, a.Permission, a.Roles, a.Reason, a.Fields = workflow.BySystem, "", nil, workflow.ReasonNone, nil
				a.Message = inBoth("Silakan ambil di loket.")
				a.Notify = []workflow.Notice{{To: "agency_head", Title: inBoth("{number} terbit"), Body: inBoth("{state}")}}
			}
		}
	})
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	head := st.officer(t, "Rini", "disdukcapil", "agency_head")
	app := st.approved(t, budi, st.submitted(t, siti, sitiNIK))
	before := st.letters(t, "generic", siti.ID)
	st.issued(t, app)
	st.issued(t, app)
	if n := st.letters(t, "generic", head.ID); n != 1 {
		t.Errorf("%d letters to the head", n)
	}
	if n := st.letters(t, "generic", siti.ID) - before; n != 1 {
		t.Errorf("%d messages to the applicant", n)
	}
	if app = st.read(t, app.ID); app.State != "completed" || app.ClosedAt.IsZero() {
		t.Errorf("it stands in %s", app.State)
	}
}

// TestTheLifeOfADocument replaces one and revokes its successor; the applicant sees and hears of both.
func TestTheLifeOfADocument(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	head := st.officer(t, "Rini", "disdukcapil", "agency_head")
	app := st.approved(t, budi, st.submitted(t, siti, sitiNIK))
	first := st.issued(t, app)
	for _, stranger := range []struct {
		who  string
		code string
		err  error
	}{
		{"an officer", "access.denied", second(st.ReplaceDocument(st.ctx, budi, first.ID, "Salah nama"))},
		{"another office", "document.not_found", second(st.ReplaceDocument(st.ctx, st.officer(t, "X", "dinkes", "agency_head"), first.ID, "Salah nama"))},
		{"the applicant", "access.denied", second(st.ReplaceDocument(st.ctx, siti, first.ID, "Salah nama"))},
	} {
		wants(t, stranger.err, stranger.code)
	}
	next, err := st.ReplaceDocument(st.ctx, head, first.ID, "Salah nama")
	if err != nil || next.Number != "002/SKP-KTP/Disdukcapil/XI/2026" {
		t.Fatalf("%+v, %v", next, err)
	}
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil || len(d.Documents) != 2 || d.Documents[0].Status != document.Replaced || d.Documents[1].Status != document.Valid {
		t.Fatalf("documents %+v, %v", d.Documents, err)
	}
	mine, err := st.Issued(st.ctx, siti, []uuid.UUID{app.ID})
	if err != nil || mine[app.ID].ID != next.ID {
		t.Errorf("to download: %+v, %v", mine[app.ID], err)
	}
	v, err := st.Verify(st.ctx, first.Token)
	if err != nil || v.Status != document.Replaced || v.Successor != next.Number || v.Ended.IsZero() {
		t.Errorf("verified %+v, %v", v, err)
	}
	if _, err := st.Deps.Documents.Revoke(st.ctx, head, next.ID, "Keterangan palsu"); err != nil {
		t.Fatal(err)
	}
	wants(t, second(st.ReplaceDocument(st.ctx, head, next.ID, "Salah cabut")), "document.revoked")
	d, err = st.Get(st.ctx, siti, app.ID)
	if last := d.Timeline[len(d.Timeline)-1]; err != nil || last.Action != application.EventRevoked || last.Message != "Keterangan palsu" || last.ActorName != "" {
		t.Errorf("told %+v, %v", last, err)
	}
	for template, want := range map[string]int{"application_approved": 1, "document_replaced": 1, "document_revoked": 1} {
		if n := st.mails(t, template); n != want {
			t.Errorf("%d mails %s", n, template)
		}
	}
	if n := len(heard[event.DocumentIssued](st)); n != 2 {
		t.Errorf("%d facts", n)
	}
}

// TestARevokedDocumentIsIssuedAnewWhereTheWorkflowSaysSo, and nowhere else.
func TestARevokedDocumentIsIssuedAnewWhereTheWorkflowSaysSo(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, func(w *workflow.Workflow) {
		for i := range w.Actions {
			w.Actions[i].Reissues = w.Actions[i].Issues
		}
	})
	budi, head := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Rini", "disdukcapil", "agency_head")
	app := st.approved(t, budi, st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK))
	first := st.issued(t, app)
	if _, err := st.Deps.Documents.Revoke(st.ctx, head, first.ID, "Salah nama"); err != nil {
		t.Fatal(err)
	}
	if ok, err := st.Reissues(st.ctx, first); err != nil || !ok {
		t.Errorf("the page does not offer it: %v", err)
	}
	next, err := st.ReplaceDocument(st.ctx, head, first.ID, "Sudah diperbaiki")
	if err != nil {
		t.Fatal(err)
	}
	v, err := st.Verify(st.ctx, first.Token)
	if err != nil || v.Status != document.Revoked || v.Successor != next.Number {
		t.Errorf("the old one: %+v, %v", v, err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestWhatWaitsForASignatureIsNotThereYet: the applicant neither sees nor gets it, and is told when it is signed.
func TestWhatWaitsForASignatureIsNotThereYet(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	tpl, err := st.Deps.Documents.Template(st.ctx, st.w.DB.App, ktp, 1)
	if err != nil {
		t.Fatal(err)
	}
	byHand := *tpl
	byHand.Signature = document.SignScan
	err = tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return document.Publish(ctx, tx, byHand, st.clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	app := st.approved(t, budi, st.submitted(t, siti, sitiNIK))
	doc := st.issued(t, app)
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil || len(d.Documents) != 0 || st.mails(t, "application_approved") != 0 {
		t.Errorf("the applicant sees %d documents, %v", len(d.Documents), err)
	}
	_, _, err = st.OpenDocument(st.ctx, siti, doc.ID)
	wants(t, err, "application.not_found")
	if v, err := st.Verify(st.ctx, doc.Token); err != nil || v.Status != document.Unsigned {
		t.Errorf("verified %+v, %v", v, err)
	}
	if d, err := st.Get(st.ctx, budi, app.ID); err != nil || len(d.Documents) != 1 {
		t.Errorf("the officer sees %d documents, %v", len(d.Documents), err)
	}
	st.issued(t, app) // running again makes no second one
	if _, err := st.Deps.Documents.AddScan(st.ctx, budi, doc.ID, "pindai.jpg", bytes.NewReader(photo(t))); err != nil {
		t.Fatal(err)
	}
	d, err = st.Get(st.ctx, siti, app.ID)
	if err != nil || len(d.Documents) != 1 || st.mails(t, "application_approved") != 1 {
		t.Errorf("the applicant sees %d documents, %v", len(d.Documents), err)
	}
	f, body, err := st.OpenDocument(st.ctx, siti, doc.ID)
	if err != nil || f.Mime != "image/jpeg" {
		t.Fatalf("opened %+v, %v", f, err)
	}
	body.Close()
}

// TestTheHolderHearsThatItRunsOut once for each fact, with the way to the renewal.
func TestTheHolderHearsThatItRunsOut(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	tpl, err := st.Deps.Documents.Template(st.ctx, st.w.DB.App, ktp, 1)
	if err != nil {
		t.Fatal(err)
	}
	yearly := *tpl
	yearly.ValidityMonths, yearly.Reminders, yearly.Renewal = 12, []int{30}, ktp
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	tell := func(d document.Document) {
		t.Helper()
		err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			return event.Publish(ctx, tx, st.Deps.Bus, event.DocumentExpiring{DocumentID: d.ID, SubjectKind: d.SubjectKind, SubjectID: d.SubjectID, Days: 30, At: st.clock()})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return document.Publish(ctx, tx, yearly, st.clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	d := st.issued(t, st.approved(t, budi, st.submitted(t, siti, sitiNIK)))
	tell(d)
	tell(d)
	var path, date string
	err = st.w.DB.App.NewRaw("SELECT data->>'path', data->>'date' FROM message WHERE tenant_id = ? AND template = 'document_expiring'", st.w.Batam.ID).Scan(st.ctx, &path, &date)
	if err != nil || st.mails(t, "document_expiring") != 1 || path != "/layanan/"+ktp || date != "24 November 2027" {
		t.Errorf("%d mails, %s, %s, %v", st.mails(t, "document_expiring"), path, date, err)
	}
}

// TestWhatMustCommitWithAStep undoes the step when it fails.
func TestWhatMustCommitWithAStep(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	no := errors.New("no")
	_, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Version: app.Version, Action: "start_review", Also: func(context.Context, bun.Tx) error { return no }})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	seen, err := st.Look(st.ctx, budi, []uuid.UUID{app.ID, uuid.New()})
	if err != nil || len(seen) != 1 || seen[0].Version != app.Version || seen[0].State != app.State {
		t.Errorf("%+v, %v", seen, err)
	}
	if seen, err := st.Look(st.ctx, st.officer(t, "X", "dinkes", "officer"), []uuid.UUID{app.ID}); err != nil || len(seen) != 0 {
		t.Errorf("another office sees %+v, %v", seen, err)
	}
}
