package services_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/catalog"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tariff"
	"bedelau/tenants"
)

// row is one of Batam's services by its number in the city's list: a service of the pack, or one that the pack only describes,
// with the least form, and where those of the pack do not do the workflow, that carry what the row requires.
type row struct {
	row     int
	service string
	flow    string // code of the workflow of a service that the pack only describes
	seasons string // of one that is promised by the day on which the decisions are announced
	within  string // of one for which the list has no number: the time that its office promises
	form    string // its pages in short; see word
	steps   string // its own workflow in short, beside what stepsOfAll has
	tariff  string // what it charges by, in short
}

// catalogue is every row that can be dealt with here from the first question to the last paper; of the others, the registration
// of businesses is the state's own system, and help in an emergency is no application. No row has a line of code of its own.
var catalogue = append(plainRows, flowingRows...)

// plainRows do with the workflows of the pack.
var plainRows = []row{
	{row: 2, service: "ktp-el-hilang"},
	{row: 4, service: "kartu-keluarga"},
	{row: 5, service: "kia"},
	{row: 6, service: "akta-kelahiran"},
	{row: 8, service: "pindah-keluar"},
	{row: 9, service: "pindah-datang"},
	{row: 12, service: "sip-dokter"},
	{row: 17, service: "izin-reklame"},
	{row: 18, service: "galian-utilitas"},
	{row: 29, service: "surat-keterangan-usaha"},
	{row: 34, service: "informasi-publik"},
	// A death, by its reporter and two witnesses who agree to it.
	{row: 7, service: "akta-kematian", flow: "adminduk", form: `
cosign:
  - {code: saksi, label: SAKSI, count: 2, named_by: saksi.saksi_nama, shows: [almarhum, pelapor.name], declare: SAYA}
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pelapor, type: person, required: true, parts: [nik, name, birth_date, phone], label: PELAPOR}
      - {code: almarhum, type: person, required: true, parts: [nik, name, birth_date], label: ALMARHUM}
      - {code: tanggal_meninggal, type: date, required: true, past: true, label: TANGGAL, rules: [{when: "tanggal_meninggal < almarhum.birth_date", text: SALAH}]}
      - code: saksi
        type: group
        min_rows: 2
        max_rows: 2
        label: SAKSI
        fields:
          - {code: saksi_nama, type: text, required: true, max: 100, label: NAMA}
          - {code: saksi_nik, type: nik, required: true, sensitive: true, distinct: true, label: NIK}
`},
	// One service of five kinds: which papers it needs follows the kind; a split lists its parts, whose areas are the whole.
	{row: 20, service: "pbb-p2", flow: "adminduk", form: `
pages:
  - code: jenis
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone, address, district, subdistrict], label: PEMOHON}
      - code: jenis
        type: choice
        required: true
        label: JENIS
        options: [{value: baru, label: BARU}, {value: mutasi, label: MUTASI}, {value: pecah, label: PECAH}, {value: keberatan, label: KEBERATAN}, {value: salinan, label: SALINAN}]
      - {code: nop, type: nop, required: true, show_if: 'jenis != "baru"', label: NOP}
      - {code: luas_tanah, type: number, required: true, min: 1, show_if: 'jenis in ["baru", "pecah"]', label: LUAS}
      - {code: lokasi, type: point, show_if: 'jenis == "baru"', label: LOKASI}
      - {code: alasan, type: long_text, max: 2000, required: true, show_if: 'jenis == "keberatan"', label: ALASAN}
      - code: bagian
        type: group
        min_rows: 2
        max_rows: 20
        show_if: 'jenis == "pecah"'
        label: BAGIAN
        rules: [{when: 'sum(rows.map(r, has(r.bagian_luas), r.bagian_luas)) != luas_tanah', text: SALAH}]
        fields:
          - {code: bagian_nama, type: text, required: true, max: 100, label: NAMA}
          - {code: bagian_luas, type: number, required: true, min: 1, label: LUAS}
          - {code: bagian_ktp, type: file, required: true, sensitive: true, label: KTP, file: {types: [jpg, png, pdf], max_mb: 5, max_count: 1}}
      - {code: file_ajb, type: file, required: true, sensitive: true, show_if: 'jenis == "mutasi"', label: AJB, file: {types: [pdf], max_mb: 5, max_count: 1}}
`},
	// Registration once, and a return each month: the tax is worked out from the turnover, by kind; it is paid to the treasury.
	{row: 22, service: "pbjt", flow: "adminduk", form: `
lookups:
  - {registry: business, by: nib, fills: {name: usaha}}
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone], label: PEMOHON}
      - {code: nib, type: nib, required: true, label: NIB}
      - {code: usaha, type: text, required: true, max: 100, label: NAMA}
      - {code: untuk, type: choice, required: true, label: UNTUK, options: [{value: daftar, label: DAFTAR}, {value: sptpd, label: SPTPD}]}
      - {code: lokasi, type: person, required: true, parts: [address, district, subdistrict], show_if: 'untuk == "daftar"', label: ALAMAT}
      - code: masa
        type: date
        required: true
        past: true
        show_if: 'untuk == "sptpd"'
        label: MASA
      - code: obyek
        type: group
        min_rows: 1
        max_rows: 5
        show_if: 'untuk == "sptpd"'
        label: OBYEK
        fields:
          - {code: jenis, type: choice, required: true, distinct: true, label: JENIS, options: [{value: makan, label: MAKAN}, {value: hotel, label: HOTEL}, {value: hiburan, label: HIBURAN}]}
          - {code: omzet, type: money, required: true, label: OMZET}
          - {code: tarif, type: computed, as: number, compute: 'jenis == "hiburan" ? 40.0 : 10.0', label: TARIF}
          - {code: pajak, type: computed, as: money, compute: 'int(double(omzet) * tarif / 100.0)', label: PAJAK}
`},
	// Of Batam, old enough on the day, once in a period, visited at home.
	{row: 26, service: "santunan-lansia", flow: "kelurahan", seasons: perPeriod, form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pengusul, type: choice, required: true, label: UNTUK, options: [{value: sendiri, label: SENDIRI}, {value: keluarga, label: KELUARGA}, {value: rt, label: RT}]}
      - code: lansia
        type: person
        required: true
        label: LANSIA
        rules:
          - {when: 'years(lansia.birth_date, today) < 60', part: birth_date, text: SALAH}
          - {when: '!lansia.nik.startsWith("2171")', part: nik, warn: true, text: PERIKSA}
      - {code: wakil, type: person, required: true, parts: [nik, name, phone], show_if: 'pengusul != "sendiri"', label: WAKIL}
      - {code: bersedia, type: consent, required: true, label: SURVEI}
`},
	// One of four paths, each with its own proof; up to three schools in order, none twice; the card of a year ago.
	{row: 27, service: "spmb", flow: "adminduk", seasons: perPeriod, form: `
cosign:
  - {code: wali, label: WALI, show_if: 'pendaftar == "siswa"', named_by: wali_nama, shows: [anak.name, jalur, pilihan], declare: SAYA}
pages:
  - code: anak
    title: ISI
    fields:
      - {code: pendaftar, type: choice, required: true, label: UNTUK, options: [{value: wali, label: WALI}, {value: siswa, label: SISWA}]}
      - {code: anak, type: person, required: true, label: ANAK, rules: [{when: 'years(anak.birth_date, today) < 6', part: birth_date, text: SALAH}]}
      - {code: wali_nama, type: text, required: true, max: 100, label: NAMA}
      - {code: kk_terbit, type: date, required: true, past: true, label: TANGGAL, rules: [{when: 'years(kk_terbit, today) < 1', warn: true, text: PERIKSA}]}
  - code: jalur
    title: JALUR
    fields:
      - {code: jalur, type: choice, required: true, label: JALUR, options: [{value: domisili, label: DOMISILI}, {value: afirmasi, label: AFIRMASI}, {value: prestasi, label: PRESTASI}, {value: mutasi, label: MUTASI}]}
      - {code: rumah, type: point, required: true, show_if: 'jalur == "domisili"', label: LOKASI}
      - {code: bukti, type: file, required: true, sensitive: true, show_if: 'jalur != "domisili"', label: BUKTI, file: {types: [jpg, pdf], max_mb: 5, max_count: 3}}
      - code: pilihan
        type: group
        min_rows: 1
        max_rows: 1
        rows_when: [{when: 'jalur == "domisili"', min: 1, max: 3}]
        label: SEKOLAH
        fields:
          - {code: sekolah, type: choice, required: true, distinct: true, label: SEKOLAH, options: [{value: smpn1, label: SMPN1}, {value: smpn2, label: SMPN2}]}
`},
	// Heirs with their shares, which are a whole, each with a card of their own and, of those of age, an agreement.
	{row: 29, service: "surat-keterangan-kelurahan", flow: "kelurahan", form: `
cosign:
  - {code: saksi, label: SAKSI, count: 2, show_if: 'jenis == "waris"', shows: [pewaris.name, ahli_waris], declare: SAYA}
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone, address, district, subdistrict], label: PEMOHON}
      - {code: jenis, type: choice, required: true, label: JENIS, options: [{value: domisili, label: DOMISILI}, {value: lajang, label: LAJANG}, {value: waris, label: WARIS}]}
      - {code: pewaris, type: person, required: true, parts: [nik, name], show_if: 'jenis == "waris"', label: PEWARIS}
      - code: ahli_waris
        type: group
        min_rows: 1
        max_rows: 20
        show_if: 'jenis == "waris"'
        label: AHLIWARIS
        rules:
          - {when: 'sum(rows.map(r, has(r.bagian), r.bagian)) != 100.0', text: SALAH}
          - {when: 'rows.filter(r, has(r.kuasa) && r.kuasa).size() != 1', text: SALAH}
        fields:
          - {code: waris, type: person, required: true, parts: [nik, name, birth_date], label: ORANG}
          - {code: bagian, type: number, required: true, min: 0, most: 100, label: BAGIAN}
          - {code: kuasa, type: yes_no, required: true, label: KUASA}
          - {code: ktp, type: file, sensitive: true, label: KTP, required_if: 'years(waris.birth_date, today) >= 17', file: {types: [jpg, pdf], max_mb: 5, max_count: 1}}
`},
	// Research: a team, of whom one answers for it, and places by district.
	{row: 35, service: "izin-penelitian", flow: "adminduk", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: peneliti, type: person, required: true, parts: [nik, name, phone], label: PENELITI}
      - {code: mulai, type: date, required: true, ahead: true, label: MULAI}
      - {code: selesai, type: date, required: true, ahead: true, label: SELESAI, rules: [{when: 'selesai < mulai', text: SALAH}]}
      - code: tim
        type: group
        max_rows: 20
        label: TIM
        rules: [{when: '!rows.exists(r, has(r.peran) && r.peran == "ketua")', text: SALAH}]
        fields:
          - {code: anggota, type: text, required: true, max: 100, label: NAMA}
          - {code: peran, type: choice, required: true, label: PERAN, options: [{value: ketua, label: KETUA}, {value: anggota, label: ANGGOTA}]}
`},
}

// perPeriod is a year of two periods.
const perPeriod = `{opens: "2026-11-25 08:00", closes: "2026-11-27 16:00", announced: "2026-12-10"}, {opens: "2027-06-15 08:00", closes: "2027-06-20 16:00", announced: "2027-07-01"}`

// word is a text in short, of which both languages are made.
var word = regexp.MustCompile(`(label|title|text|declare|public|message|how|name|unit): ([A-Z0-9]+)`)

func wordy(short string) string { return word.ReplaceAllString(short, `$1: {id: "$2", en: "$2"}`) }

// published is Batam's pack with one of its described services made a native one.
func published(t *testing.T, x row) fs.FS {
	t.Helper()
	service, flow := x.service, x.flow
	if x.steps != "" {
		flow = service
	}
	out := fstest.MapFS{}
	err := fs.WalkDir(tenants.FS, "batam", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(tenants.FS, name)
		if name == "batam/services/"+service+".yaml" {
			raw = native(raw, flow, x)
		}
		out[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf("code: %s\nversion: 1\n%s", service, wordy(strings.TrimLeft(x.form, "\n")))
	out["batam/forms/"+service+".yaml"] = &fstest.MapFile{Data: []byte(body)}
	if x.steps != "" {
		body = fmt.Sprintf("code: %s\nversion: 1\nstart: submitted\n%s", service, wordy(strings.NewReplacer("states:\n", "states:\n"+statesOfAll, "actions:\n", "actions:\n"+actionsOfAll).Replace(strings.TrimLeft(x.steps, "\n"))))
		out["batam/workflows/"+service+".yaml"] = &fstest.MapFile{Data: []byte(body)}
	}
	if x.tariff != "" {
		out["batam/tariffs/"+service+".yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "code: %s\n%s", service, wordy(strings.TrimLeft(x.tariff, "\n")))}
	}
	return out
}

var (
	level   = regexp.MustCompile(`(?m)^integration: (info|link)$`)
	linked  = regexp.MustCompile(`(?m)^link:.*\n(  .*\n)*`)
	endless = regexp.MustCompile(`  time:\n    unit: none\n`)
)

func native(raw []byte, flow string, x row) []byte {
	raw = linked.ReplaceAll(raw, nil)
	raw = level.ReplaceAll(raw, []byte("integration: native\nform: "+x.service+"\nworkflow: "+flow+"\ndocument: surat-keterangan-usaha"))
	if x.seasons != "" {
		raw = endless.ReplaceAll(raw, []byte("  seasons: ["+x.seasons+"]\n  time:\n    unit: announcement\n"))
	}
	if x.within != "" {
		raw = endless.ReplaceAll(raw, []byte("  time:\n    "+x.within+"\n    starts: complete_documents\n"))
	}
	return raw
}

// TestEveryNativeRowIsConfigurationAlone publishes each row's configuration in a city, by the door through which a pack or an
// administrator's draft comes in, and refuses one with a fault in it.
func TestEveryNativeRowIsConfigurationAlone(t *testing.T) {
	t.Parallel()
	engine := pack.NewEngine()
	for _, s := range []pack.Section{catalog.Section(), tariff.Section(), application.Section(), booking.Section()} {
		engine.Register(s)
	}
	w := pgtest.Open(t)
	for _, one := range catalogue {
		var from fs.FS = tenants.FS
		if one.form != "" {
			from = published(t, one)
		}
		p, err := pack.Load(from, "batam")
		if err != nil {
			t.Errorf("row %d: %v", one.row, err)
			continue
		}
		if _, err = engine.Apply(t.Context(), w.DB, p); err != nil {
			t.Errorf("row %d, %s: %v", one.row, one.service, err)
			continue
		}
		ctx := w.Ctx(w.Batam)
		var got struct{ Integration, Form, Workflow string }
		err = w.DB.App.NewRaw("SELECT integration, form, workflow FROM v_service WHERE tenant_id = ? AND code = ?", w.Batam.ID, one.service).Scan(ctx, &got)
		if err != nil || got.Integration != "native" || got.Form == "" || got.Workflow == "" {
			t.Errorf("row %d: %s is %+v, %v", one.row, one.service, got, err)
		}
		if one.form == "" {
			continue
		}
		if one.seasons != "" {
			unsaid := one
			unsaid.seasons = strings.ReplaceAll(one.seasons, `, announced: "2026-12-10"`, "")
			if p, err = pack.Load(published(t, unsaid), "batam"); err != nil || engine.Check(p) == nil {
				t.Errorf("row %d: a promise by a day that a season does not name is taken, %v", one.row, err)
			}
		}
		for what, spoil := range map[string]func(*row){
			"form":     func(x *row) { x.form = strings.ReplaceAll(x.form, "type: person", "type: orang") },
			"workflow": func(x *row) { x.steps = strings.ReplaceAll(x.steps, "reason: none", "reason: maybe") },
			"tariff":   func(x *row) { x.tariff = "" },
		} {
			broken := one
			if spoil(&broken); broken == one {
				continue
			}
			if p, err = pack.Load(published(t, broken), "batam"); err == nil {
				if err = engine.Check(p); err == nil {
					t.Errorf("row %d: a broken %s is taken", one.row, what)
				}
			}
		}
	}
}
