package casework

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/cosign"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/i18n"
)

// TestACodeSignsOnce: of two answers that arrive together with one code, the first counts, once.
func TestACodeSignsOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO form_definition (tenant_id, code, version, body, created_at) VALUES (?, ?, 9, ?::jsonb, now())`, st.w.Batam.ID, ktp,
		`{"code": "ktp-el-hilang", "version": 9, "cosign": [{"code": "kepala", "label": {"id": "Kepala keluarga", "en": "Head"},
		  "declare": {"id": "Saya setuju.", "en": "I agree."}, "shows": ["nama"]}],
		 "pages": [{"code": "p", "title": {"id": "P", "en": "P"}, "fields": [{"code": "nama", "type": "text", "required": true, "label": {"id": "Nama", "en": "Name"}}]}]}`).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err == nil {
		err = st.SavePage(st.ctx, siti, app.ID, "p", map[string][]string{"nama": {"Siti"}})
	}
	if err == nil {
		err = st.Cosign.Ask(st.ctx, siti, cosign.AskInput{ID: app.ID, Role: "kepala", Place: 1, Name: "Ali", Email: "ali@contoh.id", Locale: i18n.ID})
	}
	if err != nil {
		t.Fatal(err)
	}
	// The link and the code leave sealed in a mail: put known ones in their place.
	token, hash := credential.NewToken()
	var id uuid.UUID
	if err := st.w.DB.App.NewRaw("SELECT id FROM cosigner WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &id); err != nil {
		t.Fatal(err)
	}
	code, err := st.Deps.Keys.Hash(st.ctx, "cosign.code", id.String()+":123456")
	if err == nil {
		_, err = st.w.DB.App.NewRaw("UPDATE cosigner SET token_hash = ?, code_hash = ?, code_until = ? WHERE tenant_id = ?",
			hash, code, st.clock().Add(time.Minute), st.w.Batam.ID).Exec(st.ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := st.Cosign.Open(st.ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 2)
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "SELECT FROM application WHERE id = ? FOR UPDATE", app.ID); err != nil {
			return err
		}
		for range 2 {
			go func() {
				answered <- st.Cosign.Answer(st.ctx, token, cosign.AnswerInput{Code: "123456", Agree: true, Seen: sheet.Seen})
			}()
		}
		limit := time.Now().Add(90 * time.Second)
		for waiting := 0; waiting < 2; {
			err := st.w.DB.Pool.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
			if err == nil && time.Now().After(limit) {
				err = errors.New("nobody waits")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	first, second := <-answered, <-answered
	if (first == nil) == (second == nil) {
		t.Errorf("answered %v and %v", first, second)
	}
	wantsField(t, errors.Join(first, second), "code", "code_over")
	var agreed int
	for _, e := range st.trail(t, app.ID) {
		if e.Action == "application.cosign_agreed" {
			agreed++
		}
	}
	if agreed != 1 {
		t.Errorf("agreed %d times on record", agreed)
	}
}
