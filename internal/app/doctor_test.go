package app

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/audit"
)

// TestDoctorWarnsOfWhatTheProgramCanDoWithout: a database without limits or marks is served, and said.
func TestDoctorWarnsOfWhatTheProgramCanDoWithout(t *testing.T) {
	t.Parallel()
	a, w := newEmptyApp(t)
	const name = "statements and transactions are limited"
	if c := looked(t, a, cli.DoctorOptions{}, name); !c.OK || c.Warning {
		t.Errorf("%+v", c)
	}
	super, err := pgx.Connect(t.Context(), w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.WithoutCancel(t.Context()))
	if _, err := super.Exec(t.Context(), "ALTER FUNCTION pg_catalog.textlike(text, text) NOT LEAKPROOF"); err != nil {
		t.Fatal(err)
	}
	if c := looked(t, a, cli.DoctorOptions{}, "operators are marked for indexes to come"); c.OK || !c.Warning || !strings.Contains(c.Note, "textlike") {
		t.Errorf("%+v", c)
	}
	if _, err := super.Exec(t.Context(), "ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) NOT LEAKPROOF"); err != nil {
		t.Fatal(err)
	}
	if c := looked(t, a, cli.DoctorOptions{}, "operators are marked for their indexes"); c.OK || c.Warning || !strings.Contains(c.Note, "ts_match_vq") {
		t.Errorf("%+v", c)
	}
	const scans = "uploads are scanned for malware"
	if c := looked(t, a, cli.DoctorOptions{}, scans); c.OK || !c.Warning || !strings.Contains(c.Note, "BEDELAU_CLAMD") {
		t.Errorf("%+v", c)
	}
	const sealed = "files lie sealed"
	if c := looked(t, a, cli.DoctorOptions{}, sealed); !c.OK || c.Warning {
		t.Errorf("%+v", c)
	}
	_, err = super.Exec(t.Context(), `INSERT INTO file (tenant_id, id, owner_id, purpose, name, mime, size, sha256, key, created_at)
		VALUES ($1, gen_random_uuid(), gen_random_uuid(), 'application', 'kk.pdf', 'application/pdf', 9, sha256(''), 'ab/' || repeat('a', 26), now())`, w.Batam.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c := looked(t, a, cli.DoctorOptions{}, sealed); c.OK || !c.Warning || !strings.Contains(c.Note, "1 files lie open") {
		t.Errorf("%+v", c)
	}
	a.Config.DatabaseURL += "&idle_in_transaction_session_timeout=0"
	if c := looked(t, a, cli.DoctorOptions{}, name); c.OK || !c.Warning || !strings.Contains(c.Note, "bedelau_app has no idle_in_transaction_session_timeout") {
		t.Errorf("%+v", c)
	}
}

// looked is what doctor says of one thing.
func looked(t *testing.T, a *App, o cli.DoctorOptions, name string) cli.Check {
	t.Helper()
	var f findings
	f.examine(t.Context(), a.Config, o)
	for _, c := range f {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("doctor says nothing of %q: %+v", name, f)
	return cli.Check{}
}

// TestTheRecordCanBeHeldAgainstWhatWasWrittenDown: what doctor prints today, it accepts later and proves with.
func TestTheRecordCanBeHeldAgainstWhatWasWrittenDown(t *testing.T) {
	t.Parallel()
	a, _ := newEmptyApp(t)
	if _, err := a.applyPack(t.Context(), "", "batam"); err != nil {
		t.Fatal(err)
	}
	_, ctx := a.city(t, "batam")
	first, err := audit.Head(ctx, a.DB.App)
	if err != nil || first.Seq == 0 {
		t.Fatalf("a pack loaded at the command line begins no chain: %v, %v", first, err)
	}
	const name = "audit chain of batam"
	c := looked(t, a, cli.DoctorOptions{}, name)
	if !c.OK || !strings.Contains(c.Note, first.Short()) || !strings.Contains(c.Note, first.String()) {
		t.Errorf("%+v, want %s", c, first)
	}
	if _, err := a.firstAdmin(t.Context(), cli.AdminOptions{City: "batam", Email: "maya@batam.go.id", Name: "Maya"}); err != nil {
		t.Fatal(err)
	}
	if now, err := audit.Head(ctx, a.DB.App); err != nil || now.Seq <= first.Seq {
		t.Errorf("the first administrator is not in the chain: %v, %v", now, err)
	}
	held := func(slug string, as ...audit.Anchor) cli.DoctorOptions {
		return cli.DoctorOptions{Anchors: map[string][]audit.Anchor{slug: as}}
	}
	if c := looked(t, a, held("batam", first), name); !c.OK || !strings.Contains(c.Note, fmt.Sprint("unchanged up to link ", first.Seq)) {
		t.Errorf("the earlier end: %+v", c)
	}
	other := audit.Anchor{Seq: first.Seq, Hash: bytes.Repeat([]byte{7}, 32)}
	if c := looked(t, a, held("batam", first, other), name); c.OK || !strings.Contains(c.Note, audit.Cut) {
		t.Errorf("another end: %+v", c)
	}
	if c := looked(t, a, held("atlantis", first), "anchor of atlantis"); c.OK {
		t.Errorf("a city that does not exist: %+v", c)
	}
}
