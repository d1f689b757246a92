package ductmap_test

import (
	"strings"
	"testing"

	"bedelau/internal/city/ductmap"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// TestACityLaysAnOutsideMapUnderItsOwn: only an address that a page's policy can name and a browser can fill in is taken, from who
// keeps the network; another city has none of it.
func TestACityLaysAnOutsideMapUnderItsOwn(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	const good = "https://ubin.contoh.id:8443/peta/{z}/{x}/{y}.png?kunci=a1"
	for _, x := range []struct {
		tiles, credit string
		closest       int
		field, code   string
	}{
		{"http://ubin.contoh.id/{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"//ubin.contoh.id/{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"https://orang:sandi@ubin.contoh.id/{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"https:///{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"https://*/{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"https://ubin.contoh.id;script-src/{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"https://{z}.contoh.id/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"https://ubin.contoh.id/{z}/{x}/{y}.png#x", "©", 19, "tiles", "basemap_address"},
		{"https://ubin.contoh.id/" + strings.Repeat("a", ductmap.TilesMost) + "{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_address"},
		{"https://ubin.contoh.id/{z}/{x}.png", "©", 19, "tiles", "basemap_places"},
		{"https://ubin.contoh.id/{s}/{z}/{x}/{y}.png", "©", 19, "tiles", "basemap_places"},
		{good, " ", 19, "credit", "required"},
		{good, strings.Repeat("©", ductmap.CreditMost+1), 19, "credit", "too_long"},
		{good, "©", 0, "zoom", "basemap_closest"},
		{good, "©", 23, "zoom", "basemap_closest"},
	} {
		err := st.SetBasemap(st.ctx, st.manager, ductmap.Basemap{Tiles: x.tiles, Credit: x.credit, Closest: x.closest})
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != x.field || f[0].Code != x.code {
			t.Errorf("%s, %q, %d: %v", x.tiles, x.credit, x.closest, err)
		}
	}
	officer := identity.Actor{ID: st.manager.ID, TenantID: st.w.Batam.ID, Kind: identity.Staff, Roles: []string{"officer"}, TOTP: true}
	set := ductmap.Basemap{Tiles: " " + good, Credit: "© Contoh  Peta", Closest: 18}
	if err := st.SetBasemap(st.ctx, officer, set); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("an officer sets one: %v", err)
	}
	for range 2 { // and again in its place
		if err := st.SetBasemap(st.ctx, st.manager, set); err != nil {
			t.Fatal(err)
		}
	}
	b, err := st.Basemap(st.ctx)
	if err != nil || b.Tiles != good || b.Credit != "© Contoh Peta" || b.Origin() != "https://ubin.contoh.id:8443" {
		t.Fatalf("%+v, %v", b, err)
	}
	if other, err := st.Basemap(st.w.Ctx(st.w.Other)); err != nil || other.Known() {
		t.Errorf("another city has %+v, %v", other, err)
	}
	for range 2 {
		if err := st.DropBasemap(st.ctx, st.manager); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := st.Basemap(st.ctx); err != nil || b.Known() {
		t.Errorf("dropped: %+v, %v", b, err)
	}
}
