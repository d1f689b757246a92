package catalog

import "testing"

// TestTheOfficeOfAnAddress: the subdistrict's office answers where the city lists one, else the district's.
func TestTheOfficeOfAnAddress(t *testing.T) {
	t.Parallel()
	c, ctx, _ := batam(t)
	for _, tt := range []struct{ district, subdistrict, want string }{
		{"Batam Kota", "Teluk Tering", "kec-batam-kota"},
		{"Batam Kota", "", "kec-batam-kota"},
		{"Nongsa", "Teluk Tering", "kec-nongsa"},
		{"Entah", "Teluk Tering", ""},
		{"", "", ""},
	} {
		a, ok, err := c.OfficeAt(ctx, c.db, tt.district, tt.subdistrict)
		if err != nil || ok != (tt.want != "") || a.Code != tt.want {
			t.Errorf("%s, %s: %q %v %v, want %q", tt.subdistrict, tt.district, a.Code, ok, err, tt.want)
		}
	}
	if _, err := c.db.NewRaw("INSERT INTO agency (tenant_id, code, name, short, kind, area) " +
		"SELECT tenant_id, 'kel-teluk-tering', '{}', 'Kel. Teluk Tering', 'kelurahan', code FROM area " +
		"WHERE parent = '21.71.10' AND name = 'Teluk Tering'").Exec(ctx); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ district, subdistrict, want string }{
		{"Batam Kota", "Teluk Tering", "kel-teluk-tering"},
		{"Batam Kota", "Sukajadi", "kec-batam-kota"},
		{"Nongsa", "Teluk Tering", "kec-nongsa"},
	} {
		if a, _, err := c.OfficeAt(ctx, c.db, tt.district, tt.subdistrict); err != nil || a.Code != tt.want {
			t.Errorf("%s, %s: %q %v, want %q", tt.subdistrict, tt.district, a.Code, err, tt.want)
		}
	}
}
