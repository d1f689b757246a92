package services_test

import (
	"testing"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/i18n"
)

// ten are the services that a city on the model does from application to document.
var ten = []string{"ktp-el-hilang", "akta-kelahiran", "kartu-keluarga", "pindah-keluar", "kia", "sip-dokter", "izin-reklame", "galian-utilitas",
	"surat-keterangan-usaha", "informasi-publik"}

// TestTheirPagesSayEverything in both languages, in the model's city and in the one that takes it over, where nothing of
// it is verified.
func TestTheirPagesSayEverything(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Load(t, "tanjungpinang")
	for _, host := range []string{pagetest.HostBatam, pagetest.HostOther} {
		for _, l := range i18n.All() {
			reader := s.Browser(t, host)
			reader.Post("/bahasa", "lang", string(l))
			for _, code := range ten {
				var words []string
				for _, key := range []string{"requirements", "procedure", "time", "fee", "products", "complaints", "legal_basis", "apply"} {
					words = append(words, l.T("service."+key))
				}
				if host == pagetest.HostOther {
					words = append(words, l.T("service.unverified"))
				}
				page := reader.Page("/layanan/"+code, words...)
				if host == pagetest.HostOther && contains(page, "{kota") {
					t.Errorf("%s names no city", code)
				}
			}
			reader.Page("/layanan/izin-reklame", l.T("service.tariff_unverified"), l.Number(5000), "25")
		}
	}
}
