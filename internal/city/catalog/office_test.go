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
	for _, q := range []string{
		"INSERT INTO area (tenant_id, code, parent, kind, name, verified, source) SELECT tenant_id, '21.71.10.1003', '21.71.10', 'kelurahan', 'Teluk Tering', false, '' FROM area WHERE code = '21.71.10'",
		"INSERT INTO agency (tenant_id, code, name, short, kind, area) SELECT tenant_id, 'kel-teluk-tering', '{}', 'Kel. Teluk Tering', 'kelurahan', '21.71.10.1003' FROM agency WHERE code = 'setda'",
	} {
		if _, err := c.db.NewRaw(q).Exec(ctx); err != nil {
			t.Fatal(err)
		}
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
