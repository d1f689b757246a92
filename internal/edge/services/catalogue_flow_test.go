package services_test

// statesOfAll and actionsOfAll are what every workflow of flowingRows has: it is begun, refused, and over once the document is
// there.
const statesOfAll = `  - {code: submitted, label: TERKIRIM, public: TERKIRIM, stage: received, clock: running, final: false}
  - {code: in_review, label: DIPERIKSA, public: DIPERIKSA, stage: in_review, clock: running, final: false}
  - {code: approved, label: DISETUJUI, public: DISETUJUI, stage: approved, clock: stopped, final: false}
  - {code: completed, label: SELESAI, public: SELESAI, stage: completed, clock: stopped, final: true}
  - {code: rejected, label: DITOLAK, public: DITOLAK, stage: rejected, clock: stopped, final: true}
`

const actionsOfAll = `  - {code: start_review, label: MULAI, from: [submitted], to: in_review, actor: officer, permission: "application:review", reason: none}
  - {code: reject, label: TOLAK, from: [in_review], to: rejected, actor: officer, permission: "application:decide", reason: required}
  - {code: complete, label: SELESAI, from: [approved], to: completed, actor: system, reason: none}
`

// decided lets the office of a workflow decide at once.
const decided = `states:
actions:
  - {code: approve, label: SETUJU, from: [in_review], to: approved, actor: officer, permission: "application:decide", reason: optional, issues: true}
`

// flowingRows have workflows of their own, or need none but to be decided.
var flowingRows = []row{
	// The clock stands still until the applicant has come for the recording, of whom it is no correction.
	{row: 1, service: "ktp-el-baru", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, sex, birth_date, phone, address, district, subdistrict], label: PEMOHON}
      - {code: kawin, type: yes_no, required: true, label: KAWIN, rules: [{when: 'years(pemohon.birth_date, today) < 17 && !kawin', text: BELUM}]}
      - {code: akta_kawin, type: file, required: true, sensitive: true, show_if: 'years(pemohon.birth_date, today) < 17', label: AKTA, file: {types: [jpg, pdf], max_mb: 5, max_count: 1}}
`, steps: `
states:
  - {code: perekaman, label: PEREKAMAN, public: DATANGLAH, stage: in_review, clock: paused, final: false}
  - {code: cancelled, label: BATAL, public: BATAL, stage: cancelled, clock: stopped, final: true}
actions:
  - {code: undang, label: UNDANG, from: [in_review], to: perekaman, actor: officer, permission: "application:review", reason: none, message: DATANGLAH}
  - {code: rekam, label: REKAM, from: [perekaman], to: in_review, actor: officer, permission: "application:review", reason: none, fields: [{code: direkam, type: date, required: true, past: true, label: DIREKAM}]}
  - {code: hangus, label: HANGUS, from: [perekaman], to: cancelled, actor: system, reason: none, after: {amount: 90, unit: day}, remind: {before: {amount: 7, unit: day}, message: DATANGLAH}, message: HANGUS}
  - {code: approve, label: SETUJU, from: [in_review], to: approved, actor: officer, permission: "application:decide", reason: optional, if: '"direkam" in answered', issues: true}
`},
	{row: 3, service: "ktp-el-rusak-ubah-data", flow: "adminduk", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone], label: PEMOHON}
      - {code: sebab, type: choice, required: true, label: SEBAB, options: [{value: rusak, label: RUSAK}, {value: ubah, label: UBAH}]}
      - {code: yang_berubah, type: multi_choice, required: true, show_if: 'sebab == "ubah"', label: BERUBAH, options: [{value: alamat, label: ALAMAT}, {value: status, label: STATUS}]}
      - {code: file_bukti, type: file, required: true, sensitive: true, show_if: 'sebab == "ubah" && yang_berubah.size() > 0', label: BUKTI, file: {types: [jpg, pdf], max_mb: 5, max_count: 5}}
`},
	// A marriage of two, or a divorce by its judgement.
	{row: 10, service: "akta-perkawinan-perceraian", flow: "adminduk", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: jenis, type: choice, required: true, label: JENIS, options: [{value: kawin, label: KAWIN}, {value: cerai, label: CERAI}]}
      - code: suami
        type: person
        required: true
        parts: [nik, name, sex, birth_place, birth_date, phone]
        label: SUAMI
        rules: [{when: 'suami.sex != "L"', part: sex, text: SALAH}, {when: 'jenis == "kawin" && years(suami.birth_date, today) < 19', part: birth_date, text: BELUM}]
      - {code: istri, type: person, required: true, parts: [nik, name, sex, birth_place, birth_date], label: ISTRI, rules: [{when: 'istri.nik == suami.nik', part: nik, text: SALAH}]}
      - {code: file_pemuka, type: file, required: true, sensitive: true, show_if: 'jenis == "kawin"', label: SURAT, file: {types: [pdf], max_mb: 5, max_count: 1}}
      - {code: file_putusan, type: file, required: true, sensitive: true, show_if: 'jenis == "cerai"', label: PUTUSAN, file: {types: [pdf], max_mb: 5, max_count: 1}}
`},
	// At a counter: whoever comes is looked at, and it is done.
	{row: 11, service: "ikd", within: "unit: minute\n    amount: 15\n    max: 30", steps: decided, form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone], label: PEMOHON}
      - {code: surel, type: email, required: true, label: SUREL}
`},
	{row: 13, service: "sip-nakes", flow: "sip-dokter", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, label: PEMOHON}
      - {code: profesi, type: choice, required: true, label: PROFESI, options: [{value: perawat, label: PERAWAT}, {value: bidan, label: BIDAN}, {value: apoteker, label: APOTEKER}]}
      - {code: str_sampai, type: date, required: true, ahead: true, label: STR, rules: [{when: 'str_sampai < today', text: LEWAT}]}
      - {code: file_str, type: file, required: true, sensitive: true, label: STR, file: {types: [pdf], max_mb: 5, max_count: 1}}
`},
	// The office sets the index, the fee follows from the area and the tariff, the applicant agrees to it or says why not, and pays.
	{row: 14, service: "pbg", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, label: PEMOHON}
      - {code: luas, type: number, required: true, min: 1, label: LUAS}
      - {code: fungsi, type: choice, required: true, label: FUNGSI, options: [{value: hunian, label: HUNIAN}, {value: usaha, label: USAHA}]}
      - {code: gambar, type: file, required: true, label: GAMBAR, file: {types: [pdf, jpg], max_mb: 50, max_count: 20}}
`, tariff: `
name: SHST
unit: RUPIAH
versions:
  - {effective_from: 2026-01-01, basis: "Perda 1/2024", source: "uji", verified: false, rows: [{key: hunian, label: HUNIAN, amount: 5000000}, {key: usaha, label: USAHA, amount: 6500000}]}
`, steps: `
states:
  - {code: persetujuan, label: PERSETUJUAN, public: SETUJUKAH, stage: in_review, clock: paused, final: false}
  - {code: bayar, label: BAYAR, public: BAYARLAH, stage: in_review, clock: paused, final: false, fee: {field: retribusi, title: RETRIBUSI, how: BAYARLAH, due: {amount: 30, unit: day}}}
  - {code: lunas, label: LUNAS, public: LUNAS, stage: in_review, clock: running, final: false}
  - {code: cancelled, label: BATAL, public: BATAL, stage: cancelled, clock: stopped, final: true}
actions:
  - code: hitung
    label: HITUNG
    from: [in_review]
    to: persetujuan
    actor: officer
    permission: "application:review"
    reason: none
    message: SETUJUKAH
    fields:
      - {code: indeks, type: number, required: true, min: 0, most: 10, label: INDEKS}
      - {code: retribusi, type: computed, as: money, label: RETRIBUSI, compute: 'int(luas * indeks * double(fungsi == "hunian" ? rates["pbg"]["hunian"] : rates["pbg"]["usaha"]))'}
  - {code: setuju, label: SETUJUI, from: [persetujuan], to: bayar, actor: applicant, reason: none}
  - {code: keberatan, label: KEBERATAN, from: [persetujuan], to: in_review, actor: applicant, reason: required}
  - {code: catat, label: CATAT, from: [bayar], to: lunas, actor: officer, permission: "application:review", reason: none, pays: true}
  - {code: hangus, label: HANGUS, from: [persetujuan, bayar], to: cancelled, actor: system, reason: none, after: {amount: 60, unit: day}, message: HANGUS}
  - {code: approve, label: SETUJU, from: [lunas], to: approved, actor: officer, permission: "application:decide", reason: optional, issues: true}
`},
	// What inspectors find: when, where, with photographs, and a result that decides what is offered.
	{row: 15, service: "slf", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, label: PEMOHON}
      - {code: nomor_pbg, type: text, required: true, max: 60, label: PBG}
`, steps: `
states:
  - {code: diperiksa, label: PERIKSA, public: PERIKSA, stage: in_review, clock: running, within: {amount: 5, unit: working_day}, final: false}
  - {code: perbaikan, label: PERBAIKAN, public: PERBAIKI, stage: in_review, clock: paused, final: false}
actions:
  - {code: tinjau, label: TINJAU, from: [in_review], to: diperiksa, actor: officer, permission: "application:review", reason: none}
  - code: catat
    label: CATAT
    from: [diperiksa]
    to: diperiksa
    actor: officer
    permission: "application:review"
    reason: none
    fields:
      - {code: hasil, type: choice, required: true, label: HASIL, options: [{value: laik, label: LAIK}, {value: kurang, label: KURANG}]}
      - {code: kekurangan, type: multi_choice, required: true, show_if: 'hasil == "kurang"', label: KURANG, options: [{value: struktur, label: STRUKTUR}, {value: api, label: API}]}
      - {code: tempat, type: point, required: true, label: TEMPAT}
      - {code: foto, type: file, required: true, label: FOTO, file: {types: [jpg], max_mb: 5, max_count: 10}}
  - {code: minta, label: MINTA, from: [diperiksa], to: perbaikan, actor: officer, permission: "application:review", reason: required, if: 'hasil == "kurang"'}
  - {code: sudah, label: SUDAH, from: [perbaikan], to: diperiksa, actor: applicant, reason: optional}
  - {code: approve, label: SETUJU, from: [diperiksa], to: approved, actor: officer, permission: "application:decide", reason: optional, if: 'hasil == "laik"', issues: true}
  - {code: tidak_laik, label: TIDAK, from: [diperiksa], to: rejected, actor: officer, permission: "application:decide", reason: required}
`},
	// A parcel by its corners, and another agency's view of the plan.
	{row: 16, service: "krk-kkpr", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, label: PEMOHON}
      - {code: luas, type: number, required: true, min: 1, label: LUAS}
      - code: sudut
        type: group
        min_rows: 3
        max_rows: 20
        label: SUDUT
        fields: [{code: titik, type: point, required: true, label: TITIK}]
`, steps: `
states:
  - code: kajian
    label: KAJIAN
    public: KAJIAN
    stage: in_review
    clock: running
    final: false
    branches:
      - code: tata_ruang
        label: TATARUANG
        agency: cktr
        permission: "application:review"
        term: {amount: 7, unit: working_day}
        outcomes: [{code: sesuai, label: SESUAI, reason: optional}, {code: tidak, label: TIDAK, refuses: true, reason: required}]
        fields: [{code: kdb, type: number, required_if: 'tata_ruang == "sesuai"', min: 0, most: 100, label: KDB}]
actions:
  - {code: minta, label: MINTA, from: [in_review], to: kajian, actor: officer, permission: "application:review", reason: none}
  - {code: terkaji, label: TERKAJI, from: [kajian], to: in_review, actor: system, reason: none, join: all}
  - {code: approve, label: SETUJU, from: [in_review], to: approved, actor: officer, permission: "application:decide", reason: optional, if: 'tata_ruang == "sesuai"', issues: true}
`},
	// A tax of what a price is above what is free of it, which an heir has more of.
	{row: 21, service: "bphtb", flow: "adminduk", form: `
tariffs: [bphtb]
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone, address], label: PEMOHON}
      - {code: npwp, type: npwp, label: NPWP}
      - {code: nop, type: nop, required: true, label: NOP}
      - {code: waris, type: yes_no, required: true, label: WARIS}
      - {code: npop, type: money, required: true, label: NPOP}
      - {code: bebas, type: computed, as: money, label: NPOPTKP, compute: 'waris ? rates["bphtb"]["waris"] : rates["bphtb"]["umum"]'}
      - {code: pajak, type: computed, as: money, label: BPHTB, compute: 'npop > bebas ? (npop - bebas) * 5 / 100 : 0'}
`, tariff: `
name: NPOPTKP
unit: RUPIAH
versions:
  - {effective_from: 2024-01-05, basis: "UU 1/2022", source: "uji", verified: false, rows: [{key: umum, label: UMUM, amount: 80000000}, {key: waris, label: WARIS, amount: 300000000}]}
`},
	// Decided within months, with more of them where that is needed.
	{row: 23, service: "keberatan-pajak", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone], label: PEMOHON}
      - {code: skpd, type: text, required: true, max: 60, label: SKPD}
      - {code: nilai, type: money, required: true, label: NILAI}
      - {code: diakui, type: money, required: true, label: DIAKUI, rules: [{when: 'diakui > nilai', text: SALAH}]}
      - {code: alasan, type: long_text, required: true, max: 4000, label: ALASAN}
`, steps: decided + `
reminders:
  - {percent: 50, tell: holder}
  - {before: {amount: 1, unit: month}, tell: agency_head}
escalation:
  - {after: due, level: 1, tell: agency_head}
`},
	{row: 24, service: "kartu-ak1", steps: decided, form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, prefill: earlier, label: PEMOHON, rules: [{when: 'years(pemohon.birth_date, today) < 18', part: birth_date, text: BELUM}]}
      - code: pendidikan
        type: group
        min_rows: 1
        max_rows: 8
        label: PENDIDIKAN
        fields:
          - {code: jenjang, type: choice, required: true, label: JENJANG, options: [{value: sma, label: SMA}, {value: s1, label: S1}]}
          - {code: lulus, type: number, required: true, min: 1950, most: 2100, label: LULUS}
          - {code: ijazah, type: file, required: true, sensitive: true, label: IJAZAH, file: {types: [jpg, pdf], max_mb: 5, max_count: 1}}
      - {code: foto, type: file, required: true, sensitive: true, label: FOTO, file: {types: [jpg], max_mb: 2, max_count: 1}}
`},
	// The kelurahan of the applicant's address visits, the agency decides.
	{row: 25, service: "rekomendasi-sosial", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, birth_date, phone, address, district, subdistrict], label: PEMOHON}
      - {code: penghasilan, type: money, required: true, label: PENGHASILAN}
      - {code: tanggungan, type: number, required: true, min: 0, most: 20, label: TANGGUNGAN}
      - {code: per_kepala, type: computed, as: money, compute: 'int(double(penghasilan) / (tanggungan + 1.0))', label: HASIL}
      - {code: bersedia, type: consent, required: true, label: SURVEI}
`, steps: `
states:
  - code: survei
    label: SURVEI
    public: SURVEI
    stage: in_review
    clock: running
    final: false
    branches:
      - code: kunjungan
        label: KUNJUNGAN
        office: pemohon
        agency: kelurahan
        permission: "application:review"
        term: {amount: 2, unit: working_day}
        outcomes: [{code: layak, label: LAYAK, reason: optional}, {code: tidak, label: TIDAK, refuses: true, reason: required}]
        fields: [{code: lantai, type: choice, required: true, label: LANTAI, options: [{value: tanah, label: TANAH}, {value: keramik, label: KERAMIK}]}]
actions:
  - {code: minta, label: MINTA, from: [in_review], to: survei, actor: officer, permission: "application:review", reason: none}
  - {code: dikunjungi, label: DIKUNJUNGI, from: [survei], to: in_review, actor: system, reason: none, join: all}
  - {code: approve, label: SETUJU, from: [in_review], to: approved, actor: officer, permission: "application:decide", reason: optional, if: 'kunjungan == "layak"', issues: true}
`},
	// On the day, at the workshop, and again by the date that its paper says.
	{row: 28, service: "uji-kir", within: "unit: hour\n    amount: 4\n    max: 4", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone], label: PEMOHON}
      - {code: pelat, type: text, required: true, max: 12, search: true, label: PELAT}
      - {code: stnk, type: file, required: true, sensitive: true, label: STNK, file: {types: [jpg], max_mb: 5, max_count: 1}}
`, steps: `
states:
actions:
  - code: approve
    label: LULUS
    from: [in_review]
    to: approved
    actor: officer
    permission: "application:decide"
    reason: optional
    issues: true
    fields:
      - {code: emisi, type: number, required: true, min: 0, label: EMISI}
      - {code: rem, type: yes_no, required: true, label: REM, rules: [{when: '!rem', text: GAGAL}]}
      - {code: uji_berikut, type: date, required: true, ahead: true, label: BERIKUT}
`},
	{row: 30, service: "sppl-ukl-upl", flow: "adminduk", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone], label: PEMOHON}
      - {code: nib, type: nib, required: true, label: NIB}
      - {code: tempat, type: point, required: true, where: true, label: TEMPAT}
      - {code: luas, type: number, required: true, min: 1, label: LUAS}
      - {code: jenis, type: computed, as: text, compute: 'luas < 500.0 ? "SPPL" : "UKL-UPL"', label: JENIS}
      - {code: dokumen, type: file, required: true, show_if: 'jenis == "UKL-UPL"', label: DOKUMEN, file: {types: [pdf], max_mb: 50, max_count: 5}}
      - {code: sanggup, type: consent, required: true, label: SANGGUP}
`},
	// A survey first, then the fee of its class, then the connection.
	{row: 31, service: "sambungan-air", within: "unit: working_day\n    amount: 5\n    max: 14", form: `
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone, address, district, subdistrict], label: PEMOHON}
      - {code: tetangga, type: text, max: 20, label: TETANGGA}
      - {code: rumah, type: point, required: true, label: RUMAH}
`, tariff: `
name: PASANG
unit: RUPIAH
versions:
  - {effective_from: 2026-01-01, basis: "Perka BP Batam 24/2020", source: "uji", verified: false, rows: [{key: tetap, label: TETAP, amount: 900000}, {key: meter, label: METER, amount: 75000}]}
`, steps: `
states:
  - {code: tagih, label: TAGIH, public: BAYARLAH, stage: in_review, clock: paused, final: false, fee: {field: biaya, title: PASANG, how: BAYARLAH}}
  - {code: pasang, label: PASANG, public: PASANG, stage: in_review, clock: running, final: false}
actions:
  - code: survei
    label: SURVEI
    from: [in_review]
    to: tagih
    actor: officer
    permission: "application:review"
    agency: bp-kawasan
    reason: none
    fields:
      - {code: golongan, type: choice, required: true, label: GOLONGAN, options: [{value: 2b, label: MBR}, {value: 2c, label: RT}]}
      - {code: jarak, type: number, required: true, min: 0, label: JARAK}
      - {code: biaya, type: computed, as: money, label: BIAYA, compute: 'golongan == "2b" ? 0 : rates["sambungan-air"]["tetap"] + int(jarak) * rates["sambungan-air"]["meter"]'}
  - {code: bayar, label: BAYAR, from: [tagih], to: pasang, actor: officer, permission: "application:review", reason: none, pays: true}
  - {code: gratis, label: GRATIS, from: [tagih], to: pasang, actor: system, reason: none, when: 'biaya == 0'}
  - {code: approve, label: TERPASANG, from: [pasang], to: approved, actor: officer, permission: "application:decide", reason: optional, issues: true, fields: [{code: meteran, type: text, required: true, max: 30, label: METERAN}]}
`},
	// So much a square metre and year, of a lease that is renewed.
	{row: 32, service: "uwt", within: "unit: working_day\n    amount: 5\n    max: 5", flow: "adminduk", form: `
tariffs: [uwt]
pages:
  - code: isi
    title: ISI
    fields:
      - {code: pemohon, type: person, required: true, parts: [nik, name, phone], label: PEMOHON}
      - {code: luas, type: number, required: true, min: 1, label: LUAS}
      - {code: tahun, type: number, required: true, min: 1, most: 20, label: TAHUN}
      - {code: uwt, type: computed, as: money, label: UWT, compute: 'int(luas * tahun * double(rates["uwt"]["hunian"]))'}
`, tariff: `
name: UWT
unit: RUPIAH
versions:
  - {effective_from: 2026-01-01, basis: "Perka BP Batam", source: "uji", verified: false, rows: [{key: hunian, label: HUNIAN, amount: 4000}]}
`},
}
