package inbox

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// TestASearchIsKeptForItsOfficerForAWhile: nobody else reads it, nothing of it stands in clear in the database, and it is
// forgotten after two hours.
func TestASearchIsKeptForItsOfficerForAWhile(t *testing.T) {
	t.Parallel()
	st := newDesk(t)
	budi, siti := st.officer("Budi", "disdukcapil", "officer"), st.officer("Siti", "disdukcapil", "officer")
	typed := "Siti Rahma " + strings.Repeat("é", 200)
	id, err := st.KeepSearch(st.ctx, budi, Query{Search: typed, Months: Ever})
	if err != nil {
		t.Fatal(err)
	}
	q, err := st.SearchKept(st.ctx, budi, id)
	if err != nil || q.Search != string([]rune(typed)[:searchMax]) || q.Months != Ever || q.View != ViewAll {
		t.Errorf("kept %+v, %v", q, err)
	}
	elsewhere := budi
	elsewhere.TenantID = st.w.Other.ID
	for name, err := range map[string]error{
		"another officer": second(st.SearchKept(st.ctx, siti, id)), "another city": second(st.SearchKept(st.w.Ctx(st.w.Other), elsewhere, id)),
		"an id of nothing": second(st.SearchKept(st.ctx, budi, uuid.New())),
	} {
		if !fault.Is(err, "inbox.no_search") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var row string
	if err := st.w.DB.App.NewRaw("SELECT encode(sealed, 'escape') FROM kept_search WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &row); err != nil || strings.Contains(row, "Siti") {
		t.Errorf("the database has %q, %v", row, err)
	}
	forget := func() (n int) {
		err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			if err := st.forgetSearches(ctx, tx, st.d.Now()); err != nil {
				return err
			}
			return tx.NewRaw("SELECT count(*) FROM kept_search WHERE tenant_id = ?", st.w.Batam.ID).Scan(ctx, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := forget(); n != 1 {
		t.Errorf("%d are kept", n)
	}
	st.on(st.d.Now().Add(keptFor))
	if _, err := st.SearchKept(st.ctx, budi, id); !fault.Is(err, "inbox.no_search") {
		t.Errorf("after two hours: %v", err)
	}
	if n := forget(); n != 0 {
		t.Errorf("%d are kept after two hours", n)
	}
}

func second(_ Query, err error) error { return err }
