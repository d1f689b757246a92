package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/registry"
)

// TestAnAdministratorSeesHowTheRegistersDo, and neither where nor with which key they are reached; another city's are not there.
func TestAnAdministratorSeesHowTheRegistersDo(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	other := s.Staff(t, pagetest.HostOther, "Rina", "city_admin", "")
	admin.Page("/kelola/aplikasi", "Belum ada register yang tersambung", "minta pengelola sistem")

	ctx := s.In(t, pagetest.HostBatam)
	set := registry.SetInput{Kind: registry.Population, Name: "Dukcapil Pusat", URL: "https://gerbang.example.go.id", Key: "kunci-rahasia", Active: true}
	if err := s.Registers.Set(ctx, set); err != nil {
		t.Fatal(err)
	}
	page := admin.Page("/kelola/aplikasi", "Dukcapil Pusat", "Tersambung", "Kependudukan (dicari dengan NIK)")
	if strings.Count(page, "Tidak ada dalam 7 hari terakhir") != 2 || strings.Contains(page, "gerbang.example") || strings.Contains(page, "kunci-rahasia") {
		t.Errorf("a register that was never asked: %s", page)
	}
	now := s.ClockNow()
	for _, x := range []struct {
		ago     time.Duration
		kind    registry.Kind
		outcome string
	}{
		{3 * time.Hour, registry.Population, "found"}, {2 * time.Hour, registry.Population, "not_own"}, {time.Hour, registry.Population, "unavailable"},
		{time.Minute, registry.Business, "unavailable"}, {8 * 24 * time.Hour, registry.Population, "found"},
	} {
		err := audit.Record(ctx, s.World.DB.App, audit.Entry{ActorID: uuid.New(), ActorKind: "resident", Action: registry.Asked, Object: "application", ObjectID: uuid.New(),
			At: now.Add(-x.ago), Detail: map[string]any{"registry": x.kind, "outcome": x.outcome}})
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Registers.States(ctx)
	if err != nil || len(all) != 1 || now.Sub(all[0].Answered).Round(time.Second) != 2*time.Hour || now.Sub(all[0].Failed).Round(time.Second) != time.Hour {
		t.Errorf("%+v, %v", all, err)
	}
	set.Active = false
	if err := s.Registers.Set(ctx, set); err != nil {
		t.Fatal(err)
	}
	if page := admin.Page("/kelola/aplikasi", "Dimatikan", "Terakhir menjawab"); strings.Contains(page, "Tidak ada dalam 7 hari") {
		t.Error("what was answered is not shown")
	}
	other.Page("/kelola/aplikasi", "Belum ada register yang tersambung")
}
