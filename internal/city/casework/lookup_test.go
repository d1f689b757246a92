package casework

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/registry"
)

// TestEveryQuestionToARegisterIsOnRecord: also of a resident who has gone away before the answer came.
func TestEveryQuestionToARegisterIsOnRecord(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO form_definition (tenant_id, code, version, body, created_at) VALUES (?, ?, 9, ?::jsonb, now())`, st.w.Batam.ID, ktp,
		`{"code": "ktp-el-hilang", "version": 9, "lookups": [{"registry": "population", "by": "nik", "fills": {"name": "nama"}}],
		 "pages": [{"code": "p", "title": {"id": "P", "en": "P"}, "fields": [
		  {"code": "nik", "type": "nik", "label": {"id": "NIK", "en": "NIK"}}, {"code": "nama", "type": "text", "label": {"id": "Nama", "en": "Name"}}]}]}`).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(st.ctx)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		leave()
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	st.Deps.Registry = registry.New(registry.Deps{DB: st.w.DB.App, Keys: st.Deps.Keys, Now: st.clock})
	if err := st.Deps.Registry.Set(st.ctx, registry.SetInput{Kind: registry.Population, Name: "Uji", URL: srv.URL, Key: "x", Active: true}); err != nil {
		t.Fatal(err)
	}
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := st.LookUp(ctx, siti, intake.LookupInput{ID: app.ID, Registry: registry.Population, Identifier: sitiNIK, Consent: true})
	if outcome != registry.Unavailable || err != nil {
		t.Errorf("%s, %v", outcome, err)
	}
	trail := st.trail(t, app.ID)
	if len(trail) != 1 || trail[0].Action != registry.Asked || trail[0].ActorID != siti.ID {
		t.Errorf("on record: %+v", trail)
	}
}
