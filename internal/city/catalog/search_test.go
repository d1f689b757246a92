package catalog

import (
	"context"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/tenants"
)

// batam returns a catalogue with the city's real pack applied, and a context of that city.
func batam(t *testing.T) (*Catalog, context.Context, *pgtest.World) {
	t.Helper()
	w := pgtest.Open(t)
	e := pack.NewEngine()
	e.Register(Section())
	p, err := pack.Load(tenants.FS, "batam")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(t.Context(), w.DB, p); err != nil {
		t.Fatal(err)
	}
	return New(w.DB.App), w.Ctx(w.Batam), w
}

// TestSearchRanksRealQueries asks what people ask.
func TestSearchRanksRealQueries(t *testing.T) {
	t.Parallel()
	c, ctx, _ := batam(t)
	for _, tt := range []struct {
		query string
		first string   // the best hit, where one is right
		also  []string // must be among the first five
	}{
		{query: "ktp hilang", first: "ktp-el-hilang"},
		{query: "KTP-el hilang", first: "ktp-el-hilang"},
		{query: "ktp ilang", first: "ktp-el-hilang"},
		{query: "kehilangan ktp", first: "ktp-el-hilang"},
		{query: "cara mengurus e-ktp yang hilang", first: "ktp-el-hilang"},
		{query: "dompet dicuri", first: "ktp-el-hilang"},
		{query: "ktp rusak", first: "ktp-el-rusak-ubah-data"},
		{query: "bikin ktp baru 17 tahun", first: "ktp-el-baru"},
		{query: "kartu keluarga", first: "kartu-keluarga"},
		{query: "kartu keluarag", first: "kartu-keluarga"},
		{query: "tambah anggota kk", first: "kartu-keluarga"},
		{query: "akta lahir", first: "akta-kelahiran"},
		{query: "akte lahir", first: "akta-kelahiran"},
		{query: "akte kelahiran anak baru lahir", first: "akta-kelahiran"},
		{query: "akta kematian", first: "akta-kematian"},
		{query: "orang tua meninggal", also: []string{"akta-kematian"}},
		{query: "dukcapil", also: []string{"ktp-el-hilang"}},
		{query: "kartu identitas anak", first: "kia"},
		{query: "pindah ke kota lain", first: "pindah-keluar", also: []string{"pindah-datang"}},
		{query: "ikd", first: "ikd"},
		{query: "ktp digital", first: "ikd"},
		{query: "imb", first: "pbg"},
		{query: "ijin usaha", first: "nib"},
		{query: "bikin usaha", first: "nib"},
		{query: "izin bangunan", first: "pbg"},
		{query: "pbb", first: "pbb-p2"},
		{query: "bphtb", first: "bphtb"},
		{query: "kartu kuning", first: "kartu-ak1"},
		{query: "ak1", first: "kartu-ak1"},
		{query: "lowongan pencari kerja", first: "kartu-ak1"},
		{query: "surat keterangan tidak mampu", first: "rekomendasi-sosial"},
		{query: "sktm", first: "rekomendasi-sosial"},
		{query: "daftar sekolah", first: "spmb"},
		{query: "ppdb", first: "spmb"},
		{query: "uji kir", first: "uji-kir"},
		{query: "pasang air", first: "sambungan-air"},
		{query: "ambulans", first: "darurat-112"},
		{query: "kebakaran", first: "darurat-112"},
		{query: "izin reklame", first: "izin-reklame"},
		{query: "izin praktik dokter", first: "sip-dokter"},
		{query: "skripsi penelitian", first: "izin-penelitian"},
		{query: "kartu kelu", first: "kartu-keluarga"},
		{query: "lost id card", first: "ktp-el-hilang"},
		{query: "birth certificate", first: "akta-kelahiran"},
		{query: "how do I get approval for a building", first: "pbg"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			hits, err := c.Search(ctx, tt.query, 10)
			if err != nil {
				t.Fatal(err)
			}
			if tt.first != "" && (len(hits) == 0 || hits[0].Service.Code != tt.first) {
				t.Errorf("%q found %s; want %s first", tt.query, listing(hits), tt.first)
			}
			for _, code := range tt.also {
				if !slices.ContainsFunc(hits[:min(5, len(hits))], func(h Hit) bool { return h.Service.Code == code }) {
					t.Errorf("%q found %s; want %s among the first five", tt.query, listing(hits), code)
				}
			}
		})
	}
}

func listing(hits []Hit) string {
	var out []string
	for _, h := range hits {
		out = append(out, h.Service.Code)
	}
	return strings.Join(out, " ")
}

func text(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Hit {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestSearchSaysWhy(t *testing.T) {
	t.Parallel()
	c, ctx, _ := batam(t)
	for _, tt := range []struct {
		query, name, field, reason string
		locale                     i18n.Locale
	}{
		{query: "kehilangan ktp", name: "[KTP]-el [hilang]"},
		{query: "ktp ilang", name: "[KTP]-el [hilang]"},
		{query: "kartu kelu", name: "[Kartu] [Keluarga] baru atau perubahan"},
		{query: "kecopetan", name: "KTP-el hilang", field: "keyword", reason: "[kecopetan]"},
		{query: "lost card", name: "[Lost] electronic ID [card] (KTP-el)", locale: i18n.EN},
	} {
		hits, err := c.Search(i18n.With(ctx, tt.locale), tt.query, 1)
		if err != nil || len(hits) != 1 {
			t.Fatalf("%q: %d hits, %v", tt.query, len(hits), err)
		}
		h := hits[0]
		if got := text(h.Name); got != tt.name {
			t.Errorf("%q marks %q, want %q", tt.query, got, tt.name)
		}
		if got := text(h.Reason.Text); h.Reason.Field != tt.field || got != tt.reason {
			t.Errorf("%q because of %s %q, want %s %q", tt.query, h.Reason.Field, got, tt.field, tt.reason)
		}
	}
}

func TestSearchBearsAnyInput(t *testing.T) {
	t.Parallel()
	c, ctx, _ := batam(t)
	for _, q := range []string{
		"", "   ", "!!!", "'; DROP TABLE service; --", "a & b | !c:*", "\x00\xff\xfe", strings.Repeat("panjang ", 5000),
		strings.Repeat("x", 100000), "<script>alert(1)</script>", "?0 ?1 %s \\", "🙂", "cara", "ktp:* & (", "\x02ktp\x03",
	} {
		if _, err := c.Search(ctx, q, 10); err != nil {
			t.Errorf("Search(%.30q) = %v", q, err)
		}
	}
	for _, q := range []string{"", "  ", "zzqqxxyy", "kompor induksi"} {
		hits, err := c.Search(ctx, q, 10)
		if err != nil || len(hits) != 0 {
			t.Errorf("Search(%q) found %s, %v; want nothing", q, listing(hits), err)
		}
	}
}

func TestSearchSeesOneCity(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	if hits, err := c.Search(ctx, "ktp", 10); err != nil || len(hits) == 0 {
		t.Fatalf("own city found %d, %v", len(hits), err)
	}
	if hits, err := c.Search(w.Ctx(w.Other), "ktp", 10); err != nil || len(hits) != 0 {
		t.Errorf("another city found %s, %v", listing(hits), err)
	}
}
