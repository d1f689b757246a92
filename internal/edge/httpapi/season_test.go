package httpapi

import (
	"testing"
	"time"
)

// TestSeasonsThroughTheAPI: between two seasons a service says so, takes no application, and does not take the draft of the
// season before.
func TestSeasonsThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	budi := w.resident(t, w.w.Batam, "Budi Santoso", "budi@contoh.id")
	zone := w.w.Batam.Location()
	day := func(days int) string { return time.Now().In(zone).AddDate(0, 0, days).Format("2006-01-02 15:04") }
	seasons := func(opens, closes string) {
		t.Helper()
		ctx := w.w.Ctx(w.w.Batam)
		for _, q := range []string{
			`UPDATE service_standard SET parts = parts || jsonb_build_object('seasons', jsonb_build_array(jsonb_build_object('opens', ?1::text, 'closes', ?2::text)))
				WHERE tenant_id = ?0 AND service = 'ktp-el-hilang'`,
			`UPDATE catalog_version SET version = version + 1 WHERE tenant_id = ?0`,
		} {
			if _, err := w.w.DB.App.NewRaw(q, w.w.Batam.ID, opens, closes).Exec(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	var detail struct {
		Service  struct{ Applicable bool }
		Standard struct {
			Seasons []struct{ Opens, Closes time.Time }
		}
	}
	start := map[string]string{"service": ktp}

	seasons(day(-2), day(2))
	siti.call(t, "GET", 200, "/services/"+ktp, nil, &detail)
	if s := detail.Standard.Seasons; !detail.Service.Applicable || len(s) != 1 || s[0].Opens.After(time.Now()) || s[0].Closes.Before(time.Now()) {
		t.Errorf("in a season: %+v", detail)
	}
	var draft struct{ ID string }
	siti.call(t, "POST", 200, "/applications", start, &draft)

	seasons(day(-4), day(-2))
	siti.call(t, "GET", 200, "/services/"+ktp, nil, &detail)
	if detail.Service.Applicable {
		t.Error("a service that has closed is applicable")
	}
	budi.refused(t, "POST", "/applications", start, 409, "service.closed")
	siti.refused(t, "POST", "/applications/"+draft.ID+"/submission", nil, 409, "service.closed", "Idempotency-Key", "1")

	seasons(day(2), day(4))
	budi.refused(t, "POST", "/applications", start, 409, "service.not_open")
	siti.refused(t, "POST", "/applications/"+draft.ID+"/submission", nil, 409, "service.not_open", "Idempotency-Key", "1")
}
