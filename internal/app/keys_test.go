package app

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/tenancy"
)

// restart is a's program with another master key, as an operator starts it.
func (a *App) restart(t *testing.T, master byte, former ...config.Secret) *App {
	t.Helper()
	cfg := a.Config
	cfg.MasterKey = config.Secret(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{master}, 32)))
	cfg.MasterKeyFormer = former
	b, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func says(pages []casework.PageAnswers, text string) bool {
	for _, p := range pages {
		if slices.ContainsFunc(p.Fields, func(a casework.Answer) bool { return a.Text == text }) {
			return true
		}
	}
	return false
}

// TestMasterKeyIsChanged follows the runbook: a new master key beside the former one, the command, the new one alone.
func TestMasterKeyIsChanged(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	_, ctx := a.city(t, "batam")
	closed, _ := a.city(t, "tanjungpinang")
	_, siti := a.signIn(t, "warga@batam.localhost")
	d := a.fileKTP(t, ctx, siti, "2171046703900003")
	if _, err := a.DB.Platform.NewRaw("UPDATE tenant SET status = 'closed' WHERE id = ?", closed.ID).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}

	lost := a.restart(t, 9)
	if _, err := lost.rotateKeys(t.Context()); err == nil || strings.Count(err.Error(), "not configured") != 3 {
		t.Errorf("without the former key: %v", err)
	}
	between := a.restart(t, 8, a.Config.MasterKey)
	if got, err := between.Casework.Get(ctx, siti, d.Application.ID); err != nil || !says(got.Pages, "2171046703900003") {
		t.Errorf("before the command: %+v, %v", got.Pages, err)
	}
	for _, want := range []cli.KeyRotation{{Moved: 3}, {Kept: 3}} {
		if r, err := between.rotateKeys(t.Context()); err != nil || r != want {
			t.Errorf("rotate = %+v, %v; want %+v", r, err, want)
		}
	}
	after := a.restart(t, 8)
	if got, err := after.Casework.Get(ctx, siti, d.Application.ID); err != nil || !says(got.Pages, "2171046703900003") {
		t.Errorf("with the new key alone: %+v, %v", got.Pages, err)
	}
	if _, err := after.Keys.Seal(tenancy.WithID(t.Context(), closed.ID), []byte("x"), "c"); err != nil {
		t.Errorf("the keys of a closed city: %v", err)
	}
}
