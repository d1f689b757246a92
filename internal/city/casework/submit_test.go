package casework

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/workcal"
)

func TestTheSameKeyIsOneSubmission(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	draft := st.draft(t, st.ctx, siti, sitiNIK)
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		numbers = map[string]int{}
	)
	for range 12 {
		wg.Go(func() {
			app, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: draft.ID, Key: "same"})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			numbers[app.Number]++
		})
	}
	wg.Wait()
	if len(numbers) != 1 || len(heard[event.ApplicationSubmitted](st)) != 1 {
		t.Errorf("numbers %v, %d facts", numbers, len(heard[event.ApplicationSubmitted](st)))
	}
	var mails int
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &mails); err != nil || mails != 1 {
		t.Errorf("%d messages, %v", mails, err)
	}
	_, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: draft.ID, Key: "another"})
	wants(t, err, "application.submitted")

	st.offer.OneOpen, st.offer.CooldownMonths = false, 0
	second := st.draft(t, st.ctx, siti, sitiNIK)
	_, err = st.Submit(st.ctx, siti, intake.SubmitInput{ID: second.ID, Key: "same"})
	wants(t, err, "application.key_used")
}

func TestASubmissionIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.Submit(st.ctx, siti, intake.SubmitInput{ID: app.ID, Key: "k"})
	f := fault.From(err)
	if f.Code != "input.invalid" || len(f.Fields) != 13 || f.Fields[0].Name != "pernyataan_awal" || f.Fields[0].Code != "consent_required" {
		t.Errorf("an empty form: %d fields, first %+v", len(f.Fields), f.Fields)
	}
	// A warning does not refuse: this NIK says another birth date.
	full := st.draft(t, st.ctx, siti, "2171040102850003")
	review, err := st.Review(st.ctx, siti, full.ID)
	if err != nil || len(review.Missing) != 0 || len(review.Warnings) != 1 || review.Warnings[0].Code != "nik_birth_differs" {
		t.Fatalf("missing %v, warnings %v, %v", review.Missing, review.Warnings, err)
	}
	for _, key := range []string{"", "  ", strings.Repeat("k", 201), "a\x00b", "\xff"} {
		_, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: full.ID, Key: key})
		if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Name != "key" {
			t.Errorf("key %q: %v", key, err)
		}
	}
	if _, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: full.ID, Key: "k"}); err != nil {
		t.Fatal(err)
	}
	if n := len(heard[event.ApplicationSubmitted](st)); n != 1 {
		t.Errorf("%d facts", n)
	}
}

func TestANumberIsNeverGivenTwice(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.offer.OneOpen, st.offer.CooldownMonths = false, 0
	first := application.NewNumber("BTM", st.clock())
	draws := 0
	st.Service.NewNumber = func(prefix string, at time.Time) string {
		if draws++; draws <= 3 {
			return first // the second application draws it twice before another
		}
		return application.NewNumber(prefix, at)
	}
	siti := st.resident(t, st.ctx, "Siti")
	one, two := st.submitted(t, siti, sitiNIK), st.submitted(t, siti, sitiNIK)
	if one.Number != first || two.Number == first || draws != 4 {
		t.Errorf("numbers %s and %s after %d draws", one.Number, two.Number, draws)
	}
}

func TestOneOpenApplicationForAPerson(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.offer.CooldownMonths = 0
	budi := st.officer(t, "Budi", "disdukcapil", "officer")

	// Two accounts apply for one NIK at the same moment.
	drafts, people := []application.Application{}, []string{"Siti", "Suami Siti"}
	var wg sync.WaitGroup
	errs := make([]error, len(people))
	for i, name := range people {
		who := st.resident(t, st.ctx, name)
		drafts = append(drafts, st.draft(t, st.ctx, who, sitiNIK))
		wg.Go(func() {
			_, errs[i] = st.Submit(st.ctx, who, intake.SubmitInput{ID: drafts[i].ID, Key: name})
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both or neither: %v, %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			wants(t, err, "application.not_now")
		}
	}
	// Another person is not concerned; nor is the same one after a rejection.
	andi := st.resident(t, st.ctx, "Andi")
	app := st.submitted(t, andi, nikOf(7))
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "reject", Version: app.Version, Reason: "NIK tidak terdaftar."}); err != nil {
		t.Fatal(err)
	}
	st.submitted(t, andi, nikOf(7))
}

func TestWhatTheCatalogueSaysIsObeyed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	_, err := st.Start(st.ctx, siti, "no-such", event.ChannelWeb)
	wants(t, err, "catalog.unknown_service")
	_, err = st.Start(st.ctx, siti, ktp, "fax")
	wants(t, err, "input.invalid")
	draft := st.draft(t, st.ctx, siti, sitiNIK)
	st.offer.Native = false
	_, err = st.Submit(st.ctx, siti, intake.SubmitInput{ID: draft.ID, Key: "k"})
	wants(t, err, "service.not_online")
	_, err = st.Start(st.ctx, st.resident(t, st.ctx, "Andi"), ktp, event.ChannelAPI)
	wants(t, err, "service.not_online")
	st.offer.Native, st.offer.Form = true, "none"
	_, err = st.Start(st.ctx, st.resident(t, st.ctx, "Tono"), ktp, event.ChannelAPI)
	wants(t, err, "casework.no_definition")
}

func TestADeadlineInAYearWithoutHolidaysIsProvisional(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.on(t, "2026-12-30 10:00")
	st.offer.Term = workcal.Term{Amount: 3, Unit: workcal.WorkingDay}
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	if !app.DueProvisional || !app.DueAt.Equal(time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("due %v, provisional %v", app.DueAt, app.DueProvisional)
	}
	d, err := st.Get(st.ctx, st.officer(t, "Budi", "disdukcapil", "officer"), app.ID)
	if err != nil || len(d.Timeline) != 2 || d.Timeline[1].Action != application.EventCalendarMissing || d.Timeline[1].Message != "2027" || d.Timeline[1].Public {
		t.Errorf("the office is not told: %+v, %v", d.Timeline, err)
	}
	st.offer.Term, st.offer.OneOpen, st.offer.CooldownMonths = workcal.Term{}, false, 0
	if app := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(3)); !app.DueAt.IsZero() || app.QueueRank != application.RankOpen {
		t.Errorf("without a promise: due %v, rank %d", app.DueAt, app.QueueRank)
	}
}

func TestPrivateAnswersAreNotReadableInTheDatabase(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti Rahma"), sitiNIK)
	var row string
	err := st.w.DB.App.NewRaw("SELECT a::text FROM application a WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, app.ID).Scan(st.ctx, &row)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{sitiNIK, "2171040102160007", "81234567890", "contoh.id", "1990-03-27"} {
		if strings.Contains(row, secret) {
			t.Errorf("the row holds %s", secret)
		}
	}
	if !strings.Contains(row, "Pasar Mitra Raya") {
		t.Error("an open answer is not in the row")
	}
}

func TestDraftsAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, andi := st.resident(t, st.ctx, "Siti"), st.resident(t, st.ctx, "Andi")
	draft := st.draft(t, st.ctx, siti, sitiNIK)
	_, err := st.Draft(st.ctx, andi, draft.ID)
	wants(t, err, "application.not_found")
	wants(t, st.SavePage(st.ctx, andi, draft.ID, "nik", map[string][]string{"nik": {sitiNIK}}), "application.not_found")
	_, err = st.Submit(st.ctx, andi, intake.SubmitInput{ID: draft.ID, Key: "k"})
	wants(t, err, "application.not_found")
	wants(t, st.Discard(st.ctx, andi, draft.ID), "application.not_found")
	_, err = st.Get(st.ctx, st.officer(t, "Admin", "", "city_admin"), draft.ID)
	wants(t, err, "application.not_found")
	if err := st.Discard(st.ctx, siti, draft.ID); err != nil {
		t.Fatal(err)
	}
	_, err = st.Draft(st.ctx, siti, draft.ID)
	wants(t, err, "application.not_found")
	var files int
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM file WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &files); err != nil || files != 0 {
		t.Errorf("%d files left, %v", files, err)
	}
	_, err = st.Draft(st.ctx, siti, uuid.New())
	wants(t, err, "application.not_found")
}
