package casework

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

// edited is the Batam pack with one text replaced in one file.
func edited(t testing.TB, file, old, new string) *pack.Pack {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(tenants.FS, "batam", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(tenants.FS, name)
		if name == "batam/"+file {
			if !bytes.Contains(raw, []byte(old)) {
				t.Fatalf("%s does not hold %q", name, old)
			}
			raw = bytes.Replace(raw, []byte(old), []byte(new), 1)
		}
		out[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(out, "batam")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestAnApplicationKeepsTheVersionItWasStartedWith changes the form and the workflow under a running application.
func TestAnApplicationKeepsTheVersionItWasStartedWith(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	engine := pack.NewEngine()
	engine.Register(application.Section())
	versions := func() (v string) {
		for _, table := range []string{application.FormTable, application.WorkflowTable, "document_definition"} {
			code := map[string]string{application.FormTable: ktp, application.WorkflowTable: "adminduk", "document_definition": ktp}[table]
			n, err := application.Newest(st.ctx, st.w.DB.App, table, code)
			if err != nil {
				t.Fatal(err)
			}
			v += fmt.Sprint(n)
		}
		return v
	}
	siti := st.resident(t, st.ctx, "Siti")
	draft := st.draft(t, st.ctx, siti, sitiNIK)
	if _, err := engine.Apply(t.Context(), st.w.DB, edited(t, "forms/ktp-el-hilang.yaml", "code: tempat_hilang", "code: lokasi_hilang")); err != nil {
		t.Fatal(err)
	}
	if got := versions(); got != "211" {
		t.Fatalf("versions %s: only the form changed", got)
	}
	st.load(t, "batam") // back to the first text: a third version, for no version ever changes
	if got := versions(); got != "311" {
		t.Fatalf("versions %s", got)
	}
	st.load(t, "batam")
	if got := versions(); got != "311" {
		t.Errorf("versions %s after nothing changed", got)
	}
	app, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: draft.ID, Key: "k"})
	if err != nil || app.FormVersion != 1 {
		t.Fatalf("form version %d, %v", app.FormVersion, err)
	}
	fresh, err := st.Start(st.ctx, st.resident(t, st.ctx, "Andi"), ktp, event.ChannelAPI)
	if err != nil || fresh.FormVersion != 3 {
		t.Errorf("a new draft has version %d, %v", fresh.FormVersion, err)
	}
}

// TestAFieldTakesNoMoreFilesThanItMay uploads from many tabs at once.
func TestAFieldTakesNoMoreFilesThanItMay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	body := photo(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := 0
	for range 8 {
		wg.Go(func() {
			_, err := st.Attach(st.ctx, siti, app.ID, "file_kk", "kk.jpg", bytes.NewReader(body))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				kept++
			} else if !strings.Contains(err.Error(), "too_many_files") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	d, err := st.Draft(st.ctx, siti, app.ID)
	if err != nil || kept != 1 || len(d.Files["file_kk"]) != 1 {
		t.Errorf("%d kept, %d shown, %v", kept, len(d.Files["file_kk"]), err)
	}
	if err := st.Detach(context.WithoutCancel(st.ctx), siti, app.ID, uuid.New()); err == nil {
		t.Error("took away a file that is not there")
	}
}
