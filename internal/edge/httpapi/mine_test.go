package httpapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/rest"
)

// TestAListOfOwnApplicationsEndsWhereTheyEnd: page by page, each once, however many there are.
func TestAListOfOwnApplicationsEndsWhereTheyEnd(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@example.id")
	x := siti.submitted(t, sitiNIK, "Siti Rahma")
	const more = 230
	ctx := w.w.Ctx(w.w.Batam)
	one, err := application.Get(ctx, w.w.DB.App, x.ID)
	if err != nil {
		t.Fatal(err)
	}
	copies := make([]application.Application, more)
	for i := range copies {
		c := one
		c.ID, c.Number, c.OneOpen = uuid.Must(uuid.NewV7()), fmt.Sprintf("%s-%d", one.Number, i), false
		c.ReceiptToken, c.SubmitKey, c.SubjectHash = c.ID.String(), c.ID.String(), c.ID[:]
		copies[i] = c
	}
	if _, err := w.w.DB.App.NewInsert().Model(&copies).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	seen := map[uuid.UUID]bool{}
	last := uuid.Max
	for path, pages := "/applications?limit=100", 0; path != ""; pages++ {
		var page rest.Page[Application]
		siti.get(t, path, &page)
		for _, a := range page.Items {
			if seen[a.ID] || a.ID.String() >= last.String() {
				t.Fatalf("%s after %s", a.ID, last)
			}
			seen[a.ID], last = true, a.ID
		}
		path = ""
		if page.Next != "" {
			path = "/applications?limit=100&cursor=" + page.Next
		}
		if pages > 3 {
			t.Fatal("the list does not end")
		}
	}
	if len(seen) != more+1 {
		t.Errorf("%d applications, want %d", len(seen), more+1)
	}
	for _, cursor := range []string{"%2e%2e", "YQ", strings.Repeat("A", 22)} {
		if a := siti.do(t, "GET", "/applications?cursor="+cursor, nil); a.status != 400 || !strings.Contains(string(a.body), "request.cursor") {
			t.Errorf("cursor %s: %d %s", cursor, a.status, a.body)
		}
	}
}

// TestAConsentMayBeABoolean of JSON: true is a consent, and false is none, as yes and no are.
func TestAConsentMayBeABoolean(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@example.id")
	x := siti.draft(t, sitiNIK, "Siti Rahma")
	at := "/applications/" + x.ID.String()
	missing := func() (out []string) {
		t.Helper()
		var r review
		siti.get(t, at+"/review", &r)
		for _, m := range r.Missing {
			out = append(out, m.Field)
		}
		return out
	}
	send := func(status int, paham string) {
		t.Helper()
		body := json.RawMessage(`{"answers":{"paham_data_pribadi":` + paham + `,"pernyataan_benar":true}}`)
		siti.call(t, "PUT", status, at+"/answers/pernyataan", body, nil)
	}
	for no, yes := range map[string]string{"false": "true", `"no"`: `"yes"`} {
		send(422, no)
		send(204, yes)
		if got := missing(); len(got) != 0 {
			t.Errorf("with %s missing %v", yes, got)
		}
	}
}
