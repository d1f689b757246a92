package application_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/pgtest"
)

// placeForm asks an applicant, an address, a place by name, and two by code.
const placeForm = `{"applicant": {"nik": "pemohon.nik"}, "pages": [
	{"fields": [{"code": "lokasi", "type": "person"}, {"code": "nama", "type": "text"}]},
	{"fields": [{"code": "pemohon", "type": "person"}, {"code": "status", "type": "choice", "options": [{"value": "baru"}]},
		{"code": "kelurahan", "type": "choice", "options": [{"value": "21.71.10.1001"}]}]}]}`

// TestWhatWasThereIsPlaced runs the migrations that place applications and documents over a city of before, as the owner under
// row-level security, and holds what each of them lies in.
func TestWhatWasThereIsPlaced(t *testing.T) {
	t.Parallel()
	past := pgtest.Before(t, 185)
	city, other := uuid.New(), uuid.New()
	for _, c := range []uuid.UUID{city, other} {
		past.Exec("INSERT INTO form_definition (tenant_id, code, version, body, created_at) VALUES ($1, 'f', 1, $2, now()), ($1, 'none', 1, '{\"pages\": []}', now())", c, placeForm)
		past.Exec(`INSERT INTO service (tenant_id, code, name, summary, agency, category, integration, rules) VALUES ($1, 'sku', '{}', '{}', 'd', 'x', 'native', '{"office": "lokasi"}'),
			($1, 'ktp', '{}', '{}', 'd', 'x', 'native', '{}')`, c)
	}
	past.Exec(`INSERT INTO area (tenant_id, code, parent, kind, name) VALUES ($1, '21.71.04', NULL, 'kecamatan', 'Nongsa'), ($1, '21.71.04.1001', '21.71.04', 'kelurahan', 'Sambau'),
		($1, '21.71.10', NULL, 'kecamatan', 'Batam Kota'), ($1, '21.71.10.1001', '21.71.10', 'kelurahan', 'Baloi Permai')`, city)

	type lies struct{ District, Subdistrict string }
	cases := map[string]struct {
		tenant                 uuid.UUID
		service, form, answers string
		draft                  bool
		want                   lies
	}{
		"the address of the office":      {city, "sku", "f", `{"lokasi.district": ["Nongsa"], "lokasi.subdistrict": ["Sambau"], "pemohon.district": ["Batam Kota"]}`, false, lies{"21.71.04", "21.71.04.1001"}},
		"else of the applicant":          {city, "ktp", "f", `{"lokasi.district": ["Nongsa"], "pemohon.district": ["batam kota"], "pemohon.subdistrict": ["BALOI PERMAI"]}`, false, lies{"21.71.10", "21.71.10.1001"}},
		"else the first":                 {city, "ktp", "f", `{"lokasi.district": ["Nongsa"], "kelurahan": ["21.71.10.1001"]}`, false, lies{"21.71.04", ""}},
		"a choice among codes":           {city, "ktp", "f", `{"status": ["baru"], "kelurahan": ["21.71.10.1001"]}`, false, lies{"21.71.10", "21.71.10.1001"}},
		"a code of a district":           {city, "ktp", "f", `{"kelurahan": ["21.71.04"]}`, false, lies{"21.71.04", ""}},
		"a part of another district":     {city, "ktp", "f", `{"lokasi.district": ["Nongsa"], "lokasi.subdistrict": ["Baloi Permai"]}`, false, lies{"21.71.04", ""}},
		"a district that is none":        {city, "ktp", "f", `{"lokasi.district": ["Atlantis"]}`, false, lies{}},
		"a form that asks for no place":  {city, "ktp", "none", `{"nama": ["Nongsa"]}`, false, lies{}},
		"nothing answered":               {city, "ktp", "f", `{}`, false, lies{}},
		"a draft":                        {city, "ktp", "f", `{"lokasi.district": ["Nongsa"]}`, true, lies{}},
		"a city without a list of areas": {other, "ktp", "f", `{"lokasi.district": ["Nongsa"], "kelurahan": ["21.71.10.1001"]}`, false, lies{}},
	}
	ids := map[string]uuid.UUID{}
	for name, c := range cases {
		id := uuid.New()
		ids[name] = id
		stage, sent := "received", any("2026-11-20T03:00:00Z")
		if c.draft {
			stage, sent = "draft", nil
		}
		past.Exec(`INSERT INTO application (tenant_id, id, number, receipt_token, service_code, service_name, agency_code, agency_name, agency_short, account_id, channel, locale,
			form_code, form_version, workflow_code, workflow_version, state, stage, clock, version, answers, subject_hash, phone_hash, submit_key, submitted_at, queue_at, created_at, updated_at)
			VALUES ($1, $2, $3, $3, $4, '{}', 'd', '{}', 'D', $2, 'web', 'id', $5, 1, 'w', 1, $6, $6, 'running', 1, $7, 'x', 'x', $3, $8, now(), now(), now())`,
			c.tenant, id, id.String(), c.service, c.form, stage, c.answers, sent)
	}
	paper := func(kind string, subject uuid.UUID) uuid.UUID {
		t.Helper()
		id := uuid.New()
		past.Exec(`INSERT INTO issued_document (tenant_id, id, subject_kind, subject_id, subject_number, service_code, document_code, document_version, title, number, series, year, seq, token, file_id, sha256, holder_masked,
			agency_code, agency_name, signer_title, status, issued_at) VALUES ($1, $2, $3, $4, 'n', 's', 'd', 1, '{}', $5, $5, 2026, 1, $5, $2, 'x', 'S•••', 'd', '{}', '{}', 'revoked', now())`,
			city, id, kind, subject, id.String())
		return id
	}
	papers := map[uuid.UUID]lies{paper("application", ids["the address of the office"]): {"21.71.04", "21.71.04.1001"}, paper("application", ids["a form that asks for no place"]): {},
		paper("letter", ids["the address of the office"]): {}}

	past.To(186)
	found := func(table string, id uuid.UUID) (out lies) {
		t.Helper()
		err := past.Row("SELECT coalesce(district_code, ''), coalesce(subdistrict_code, '') FROM "+pgx.Identifier{table}.Sanitize()+" WHERE id = $1", id).Scan(&out.District, &out.Subdistrict)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, c := range cases {
		if got := found("application", ids[name]); got != c.want {
			t.Errorf("%s: it lies in %v, want %v", name, got, c.want)
		}
	}
	for id, want := range papers {
		if got := found("issued_document", id); got != want {
			t.Errorf("a document lies in %v, want %v", got, want)
		}
	}
	past.Ends("application", "form_definition", "service", "area", "issued_document")
}
