package casework

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TestWhoMaySeeAnApplication asks for one application in every way there is, as everyone who is not allowed to.
func TestWhoMaySeeAnApplication(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.load(t, "tanjungpinang")
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app = st.approved(t, budi, app)
	if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
		t.Fatal(err)
	}
	d, err := st.Get(st.ctx, siti, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	attached, err := st.FilesOf(st.ctx, st.w.DB.App, app)
	if err != nil {
		t.Fatal(err)
	}
	file, doc := attached["file_kk"][0].ID, d.Documents[0].ID
	other, platform := st.w.Ctx(st.w.Other), st.w.Ctx(st.w.Platform)
	moved := func(a identity.Actor, ctx context.Context) identity.Actor { a.TenantID = tenancy.Must(ctx); return a }

	for _, who := range []struct {
		name  string
		ctx   context.Context
		actor identity.Actor
		codes []string
	}{
		{"a visitor", st.ctx, identity.Actor{}, []string{"access.sign_in"}},
		{"another resident", st.ctx, st.resident(t, st.ctx, "Andi"), []string{"application.not_found", "access.denied"}},
		{"an officer of another agency", st.ctx, st.officer(t, "Lain", "dinkes", "officer"), []string{"application.not_found"}},
		{"a head of another agency", st.ctx, st.officer(t, "Kepala", "dinkes", "agency_head"), []string{"application.not_found"}},
		{"an officer without an agency", st.ctx, st.officer(t, "Baru", "", "officer"), []string{"application.not_found"}},
		{"staff without a role", st.ctx, st.officer(t, "Tamu", "disdukcapil"), []string{"access.denied"}},
		{"the same officer in another city", other, moved(budi, other), []string{"application.not_found"}},
		{"the applicant in another city", other, moved(siti, other), []string{"application.not_found", "access.denied"}},
		{"an administrator of another city", other, moved(st.officer(t, "Admin", "", "city_admin"), other), []string{"application.not_found", "access.denied"}},
		{"an officer of Batam on another host", other, budi, []string{"access.sign_in"}},
		{"the BUMD", platform, moved(st.officer(t, "BUMD", "", "bumd_admin"), platform), []string{"access.denied"}},
	} {
		t.Run(who.name, func(t *testing.T) {
			for name, try := range map[string]func(context.Context, identity.Actor) error{
				"Get":     func(ctx context.Context, a identity.Actor) error { _, err := st.Get(ctx, a, app.ID); return err },
				"Receipt": func(ctx context.Context, a identity.Actor) error { _, err := st.Receipt(ctx, a, app.ID); return err },
				"ReceiptPDF": func(ctx context.Context, a identity.Actor) error {
					_, _, err := st.ReceiptPDF(ctx, a, app.ID)
					return err
				},
				"Reveal": func(ctx context.Context, a identity.Actor) error {
					_, err := st.Reveal(ctx, a, app.ID, "nik")
					return err
				},
				"OpenFile": func(ctx context.Context, a identity.Actor) error {
					_, _, err := st.OpenFile(ctx, a, app.ID, file)
					return err
				},
				"OpenDocument": func(ctx context.Context, a identity.Actor) error {
					_, _, err := st.OpenDocument(ctx, a, doc)
					return err
				},
				"Act": func(ctx context.Context, a identity.Actor) error {
					_, err := st.Act(ctx, a, ActInput{ID: app.ID, Action: "hand_over", Version: app.Version})
					return err
				},
				"Claim": func(ctx context.Context, a identity.Actor) error {
					_, err := st.Claim(ctx, a, app.ID, app.Version, false, "")
					return err
				},
				"Release": func(ctx context.Context, a identity.Actor) error {
					_, err := st.Release(ctx, a, app.ID, app.Version, "")
					return err
				},
				"Assign": func(ctx context.Context, a identity.Actor) error {
					_, err := st.Assign(ctx, a, app.ID, budi.ID, app.Version, "Cuti.")
					return err
				},
				"Note":   func(ctx context.Context, a identity.Actor) error { return st.Note(ctx, a, app.ID, "x", uuid.Nil) },
				"Draft":  func(ctx context.Context, a identity.Actor) error { _, err := st.Draft(ctx, a, app.ID); return err },
				"Cancel": func(ctx context.Context, a identity.Actor) error { _, err := st.Cancel(ctx, a, app.ID, ""); return err },
				"Submit": func(ctx context.Context, a identity.Actor) error {
					_, err := st.Submit(ctx, a, intake.SubmitInput{ID: app.ID, Key: app.SubmitKey})
					return err
				},
				"Detach": func(ctx context.Context, a identity.Actor) error { return st.Detach(ctx, a, app.ID, file) },
			} {
				err := try(who.ctx, who.actor)
				if err == nil {
					t.Errorf("%s: allowed", name)
					continue
				}
				code := fault.From(err).Code
				// A permission that this kind of account never has may be refused before the application is looked for.
				if code != "access.denied" && !contains(who.codes, code) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	for _, ctx := range []context.Context{other, platform} {
		if _, err := st.Track(ctx, app.Number, "7890"); !fault.Is(err, "application.not_tracked") {
			t.Errorf("tracked elsewhere: %v", err)
		}
		for _, token := range []string{d.Documents[0].Token, app.ReceiptToken} {
			if _, err := st.Verify(ctx, token); !fault.Is(err, "verify.unknown") {
				t.Errorf("verified elsewhere: %v", err)
			}
		}
	}
	list, err := st.List(other, moved(st.officer(t, "Admin 2", "", "city_admin"), other), []uuid.UUID{app.ID})
	if err != nil || len(list) != 0 {
		t.Errorf("another city's list: %+v, %v", list, err)
	}
	if _, err := st.Track(t.Context(), app.Number, "7890"); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("tracked without a city: %v", err)
	}
	if _, err := st.Verify(t.Context(), app.ReceiptToken); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("verified without a city: %v", err)
	}
	for ctx, a := range map[context.Context]identity.Actor{st.ctx: st.resident(t, st.ctx, "Tono"), other: moved(siti, other)} {
		if list, err := st.Issued(ctx, a, []uuid.UUID{app.ID}); len(list) != 0 || err != nil && !fault.Is(err, "access.denied") {
			t.Errorf("%s is issued %v, %v", a.Name, list, err)
		}
	}
	if list, err := st.Issued(st.ctx, siti, []uuid.UUID{app.ID}); err != nil || list[app.ID].ID != doc {
		t.Errorf("the applicant is issued %v, %v", list, err)
	}
	// Those who may, can.
	for _, a := range []identity.Actor{siti, budi, st.officer(t, "Kepala", "disdukcapil", "agency_head"),
		st.officer(t, "Admin 3", "", "city_admin"), st.officer(t, "Inspektur", "inspektorat", "auditor")} {
		if _, err := st.Get(st.ctx, a, app.ID); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
}

// TestTheWholeCityIsAPermission: a role of the city's own reaches every agency with it, and the auditor's, once taken
// from it, reaches their own agency like everyone else.
func TestTheWholeCityIsAPermission(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	admin := st.officer(t, "Admin", "", "city_admin")
	sees := func(who identity.Actor, want bool) {
		t.Helper()
		list, err := st.List(st.ctx, who, []uuid.UUID{app.ID})
		if err != nil || (len(list) == 1) != want {
			t.Errorf("%s: %d rows, %v; want to see the application: %t", who.Name, len(list), err, want)
		}
		if _, err := st.Get(st.ctx, who, app.ID); (err == nil) != want {
			t.Errorf("%s: %v", who.Name, err)
		}
	}
	seeing := []access.Permission{access.ApplicationQueue, access.ApplicationRead}
	err := st.Deps.Guard.CreateRole(st.ctx, admin, access.CreateRoleInput{Code: "pengawas", Name: i18n.Text{"id": "Pengawas"},
		Permissions: append(seeing, access.ApplicationAll)})
	if err != nil {
		t.Fatal(err)
	}
	watcher := st.officer(t, "Pengawas", "", "pengawas")
	auditor := st.officer(t, "Inspektur", "inspektorat", "auditor")
	sees(watcher, true)
	sees(auditor, true)
	if err := st.Deps.Guard.SetPermissions(st.ctx, admin, map[string][]access.Permission{"pengawas": seeing, "auditor": seeing}); err != nil {
		t.Fatal(err)
	}
	sees(watcher, false)
	sees(auditor, false)
	sees(st.officer(t, "Auditor Disdukcapil", "disdukcapil", "auditor"), true)
	sees(admin, true)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestAFileOfAnotherApplicationIsNotFoundThroughOnesOwn(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, andi := st.resident(t, st.ctx, "Siti"), st.resident(t, st.ctx, "Andi")
	hers, his := st.submitted(t, siti, sitiNIK), st.submitted(t, andi, nikOf(2))
	attached, err := st.FilesOf(st.ctx, st.w.DB.App, hers)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = st.OpenFile(st.ctx, andi, his.ID, attached["file_kk"][0].ID)
	wants(t, err, "file.not_found")
}

func TestTracking(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	tr, err := st.Track(st.ctx, " "+app.Number+" ", "7890")
	if err != nil || tr.State.Code != "submitted" || !tr.Promise.Due.Equal(app.DueAt) || tr.Promise.Unit != "working_day" || tr.Promise.Left != 2 || len(tr.Steps) != 1 {
		t.Fatalf("%+v, %v", tr, err)
	}
	// A wrong number and a wrong phone are one answer.
	_, wrongPhone := st.Track(st.ctx, app.Number, "7891")
	_, wrongNumber := st.Track(st.ctx, application.NewNumber("BTM", st.clock()), "7890")
	wants(t, wrongPhone, "application.not_tracked")
	wants(t, wrongNumber, "application.not_tracked")
	for _, tt := range []struct {
		number, phone string
		fields        []string
	}{
		{"", "", []string{"number", "phone"}},
		{app.Number, "78 90", []string{"phone"}},
		{app.Number, "٧٨٩٠", []string{"phone"}},
		{app.Number, "7890' OR 1=1", []string{"phone"}},
		{app.Number[:len(app.Number)-1] + "\x00", "7890", []string{"number"}},
	} {
		_, err := st.Track(st.ctx, tt.number, tt.phone)
		f := fault.From(err)
		if len(f.Fields) != len(tt.fields) {
			t.Errorf("%q %q: %v", tt.number, tt.phone, err)
			continue
		}
		for i, name := range tt.fields {
			if f.Fields[i].Name != name {
				t.Errorf("%q %q: %v", tt.number, tt.phone, err)
			}
		}
	}
	for _, token := range []string{"", "x", "' OR 1=1", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		_, err := st.Verify(st.ctx, token)
		wants(t, err, "verify.unknown")
	}
}

// TestTrackingCannotBeGuessed: however many addresses a guesser has, a number bears five wrong tries an hour, and a
// number that nobody has answers alike.
func TestTrackingCannotBeGuessed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	for _, number := range []string{app.Number, application.NewNumber("BTM", st.clock())} {
		for i := range 5 {
			_, err := st.Track(st.ctx, number, "000"+strconv.Itoa(i))
			wants(t, err, "application.not_tracked")
		}
		_, err := st.Track(st.ctx, number, "7890") // even the right digits
		wants(t, err, "application.track_locked")
	}
	later := st.clock().Add(intake.TrackWindow)
	st.on(t, later.In(time.FixedZone("WIB", 7*3600)).Format("2006-01-02 15:04"))
	if _, err := st.Track(st.ctx, app.Number, "7890"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	for range 10 { // right tries are free
		if _, err := st.Track(st.ctx, app.Number, "7890"); err != nil {
			t.Fatal(err)
		}
	}
	st.on(t, later.Add(intake.TrackWindow).In(time.FixedZone("WIB", 7*3600)).Format("2006-01-02 15:04"))
	err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.ForgetTries(ctx, tx, time.Time{}) })
	left := 0
	if err == nil {
		err = st.w.DB.App.NewRaw("SELECT count(*) FROM track_attempt WHERE tenant_id = ?", app.TenantID).Scan(st.ctx, &left)
	}
	if err != nil || left != 0 {
		t.Errorf("%d counts left, %v", left, err)
	}
}

// TestUploadsHaveAnEnd: what is replaced during a correction stays on disk, so it is counted.
func TestUploadsHaveAnEnd(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Buram.", Fields: []string{"file_surat_kehilangan"}}); err != nil {
		t.Fatal(err)
	}
	d, err := st.Draft(st.ctx, siti, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	last := st.Detach(st.ctx, siti, app.ID, d.Files["file_surat_kehilangan"][0].ID)
	for n := 0; n <= intake.UploadsMost && last == nil; n++ {
		f, err := st.Attach(st.ctx, siti, app.ID, "file_surat_kehilangan", strconv.Itoa(n)+".jpg", bytes.NewReader(photo(t)))
		if last = err; err == nil {
			last = st.Detach(st.ctx, siti, app.ID, f.ID)
		}
	}
	wants(t, last, "application.too_many_uploads")
}
