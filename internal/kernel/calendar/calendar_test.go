package calendar

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

const office = "07:30-16:00"

func week(saturday string) Hours {
	h := Hours{}
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri"} {
		h[d] = office
	}
	if saturday != "" {
		h["sat"] = saturday
	}
	return h
}

func TestAnAgencyInheritsItsCitysCalendarAndOverridesIt(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	saturdays := Period{Name: name("Loket Sabtu"), First: "2026-11-01", Hours: week("08:00-12:00")}
	if _, err := x.SetHours(x.ctx, x.admin, HoursInput{Agency: "kel-teluk-tering", Periods: []Period{saturdays}, Source: "SK Lurah 1/2026"}); err != nil {
		t.Fatal(err)
	}
	always := Period{Name: name("Setiap hari"), First: "2026-01-01", Hours: week("07:30-16:00")}
	always.Hours["sun"] = "08:00-13:00"
	if _, err := x.SetHours(x.ctx, x.admin, HoursInput{Agency: "rsud", WorksHolidays: true, Periods: []Period{always}, Source: "SK Direktur"}); err != nil {
		t.Fatal(err)
	}
	for _, in := range []DayInput{
		{Agency: "kel-teluk-tering", Day: "2026-12-01", Name: name("Pindah kantor"), Source: "SK Lurah 2/2026"},
		{Agency: "kel-teluk-tering", Day: "2026-12-06", Hours: "08:00-10:00", Name: name("Minggu layanan"), Source: "SK Lurah 3/2026"},
	} {
		if _, err := x.AddDay(x.ctx, x.admin, in); err != nil {
			t.Fatal(err)
		}
	}
	ramadan := Period{Name: name("Ramadan"), First: "2026-02-18", Last: "2026-03-17", Hours: Hours{"mon": "08:00-15:00", "tue": "08:00-15:00", "wed": "08:00-15:00", "thu": "08:00-15:00", "fri": "08:00-15:30"}}
	if _, err := x.SetHours(x.ctx, x.admin, HoursInput{Year: 2026, Periods: []Period{ramadan}, Source: "SE Wali Kota"}); err != nil {
		t.Fatal(err)
	}
	x.expect(t, "", map[string]string{"2026-11-28": "", "2026-12-01": office, "2026-12-25": "", "2026-02-20": "08:00-15:30", "2026-02-17": office})
	x.expect(t, "disdukcapil", map[string]string{"2026-11-28": "", "2026-12-25": "", "2026-02-18": "08:00-15:00"})
	x.expect(t, "kel-teluk-tering", map[string]string{"2026-11-28": "08:00-12:00", "2026-12-01": "", "2026-12-06": "08:00-10:00", "2026-12-25": "",
		"2026-10-31": "", "2026-02-18": "08:00-15:00"})
	x.expect(t, "rsud", map[string]string{"2026-12-25": office, "2026-11-29": "08:00-13:00", "2026-02-18": office})
	other := x.w.Ctx(x.w.Other)
	if all, err := Differing(other, x.w.DB.App); err != nil || len(all) != 0 {
		t.Errorf("another city sees %v, %v", all, err)
	}
	if all, err := Differing(x.ctx, x.w.DB.App); err != nil || len(all) != 2 {
		t.Errorf("differing: %v, %v", all, err)
	}
}

func TestEachYearKeepsItsWeekAndHours(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	x.save(t, Year{Year: 2027, Week: []string{"mon", "tue", "wed", "thu", "fri", "sat"}, Open: "08:00", Close: "14:00", Source: "SKB 2027"})
	x.expect(t, "", map[string]string{"2026-11-28": "", "2026-11-27": office, "2027-01-02": "08:00-14:00", "2028-01-01": "08:00-14:00"})
}

func TestADayIsAddedAndRemovedWithItsGround(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	c, err := x.AddDay(x.ctx, x.admin, DayInput{Day: "2026-12-18", Kind: LocalDay, Name: i18n.Text{"id": "Hari jadi Batam"}, Source: "Perwako 5/2026"})
	if err != nil || len(c.Days) != 1 || !c.Days[0].Now.IsZero() || c.Days[0].Was.Open != "07:30" || c.Source != "Perwako 5/2026" {
		t.Fatalf("%+v, %v", c, err)
	}
	if got := c.Days[0].In(i18n.ID); got != "18 Desember 2026 menjadi hari libur (Hari jadi Batam)" {
		t.Errorf("in words: %q", got)
	}
	// A pack that is applied again leaves what an administrator has changed.
	x.save(t, Year{Year: 2026, Week: []string{"mon"}, Open: "07:30", Close: "16:00", Source: "paket"})
	x.expect(t, "", map[string]string{"2026-12-18": "", "2026-12-17": office, "2026-12-24": ""})
	if c, err = x.RemoveDay(x.ctx, x.admin, "", "2026-12-24", "SKB perubahan"); err != nil || len(c.Days) != 1 || c.Days[0].Now.IsZero() {
		t.Fatalf("%+v, %v", c, err)
	}
	if got := c.Days[0].In(i18n.EN); got != "24 December 2026 became a working day (Cuti bersama Natal (en))" {
		t.Errorf("in words: %q", got)
	}
	if _, err = x.RemoveDay(x.ctx, x.admin, "", "2026-12-24", "SKB perubahan"); !fault.Is(err, "calendar.no_day") {
		t.Errorf("twice: %v", err)
	}
	open, err := Open(x.ctx, x.w.DB.App)
	if err != nil || len(open) != 3 { // the pack's first, and these two
		t.Errorf("open: %+v, %v", open, err)
	}
	trail, err := audit.List(x.ctx, x.w.DB.App, audit.Filter{Object: "calendar"})
	if err != nil || len(trail.Entries) != 2 || trail.Entries[1].Action != "calendar.add_day" || !strings.Contains(string(trail.Entries[1].Detail), "Perwako 5/2026") {
		t.Errorf("audit: %+v, %v", trail.Entries, err)
	}
}

func TestWhatIsNoDayIsRefused(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	good := DayInput{Day: "2026-12-18", Kind: LocalDay, Name: name("Hari jadi"), Source: "Perwako"}
	for _, tt := range []struct {
		name, field string
		edit        func(*DayInput)
	}{
		{"no date", "day", func(in *DayInput) { in.Day = "2026-02-30" }},
		{"no kind", "kind", func(in *DayInput) { in.Kind = "pesta" }},
		{"no name", "name_id", func(in *DayInput) { in.Name = nil }},
		{"no ground", "source", func(in *DayInput) { in.Source = " " }},
		{"a line break", "source", func(in *DayInput) { in.Source = "a\nb" }},
		{"turned hours", "hours", func(in *DayInput) { in.Agency, in.Hours = "rsud", "12:00-08:00" }},
		{"a text without end", "name_en", func(in *DayInput) { in.Name = i18n.Text{"id": "x", "en": strings.Repeat("y", 300)} }},
	} {
		in := good
		tt.edit(&in)
		_, err := x.AddDay(x.ctx, x.admin, in)
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	officer := identity.Actor{ID: x.admin.ID, TenantID: x.w.Batam.ID, Kind: identity.Staff, Roles: []string{"officer"}, TOTP: true}
	if _, err := x.AddDay(x.ctx, officer, good); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("an officer: %v", err)
	}
	if _, err := x.AddDay(x.w.Ctx(x.w.Other), x.admin, good); fault.From(err).Kind != fault.Unauthenticated {
		t.Errorf("an administrator of another city: %v", err)
	}
}

const skb2027 = `tanggal;jenis;nama;name
2027-01-01;libur;Tahun Baru 2027 Masehi;New Year's Day
6 Februari 2027;Tahun Baru Imlek
8/2/2027;Cuti bersama Imlek
`

func importOf(text string) ImportInput {
	return ImportInput{Year: 2027, Week: []string{"mon", "tue", "wed", "thu", "fri"}, Open: "07:30", Close: "16:00", Source: "SKB 3 Menteri 2027", Text: text}
}

func TestAYearIsPreviewedImportedAndTakenBack(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	p, err := x.Preview(x.ctx, x.admin, importOf(skb2027))
	if err != nil || len(p.Faults) != 0 || len(p.Added) != 3 || p.National != 2 || p.Leave != 1 || p.Off != 2 || p.Replaces {
		t.Fatalf("%+v, %v", p, err)
	}
	if years, err := Years(x.ctx, x.w.DB.App); err != nil || len(years) != 1 {
		t.Errorf("a preview wrote: %+v, %v", years, err)
	}
	first, err := x.Import(x.ctx, x.admin, importOf(skb2027))
	if err != nil || len(first.Days) != 2 {
		t.Fatalf("%+v, %v", first, err)
	}
	x.expect(t, "", map[string]string{"2027-01-01": "", "2027-02-08": "", "2027-02-09": office})
	// A late local day stays through the next import of the year, which names one day less.
	if _, err := x.AddDay(x.ctx, x.admin, DayInput{Day: "2027-12-17", Kind: LocalDay, Name: name("Hari jadi"), Source: "Perwako"}); err != nil {
		t.Fatal(err)
	}
	short := strings.Replace(skb2027, "8/2/2027;Cuti bersama Imlek\n", "", 1)
	if p, err = x.Preview(x.ctx, x.admin, importOf(short)); err != nil || len(p.Removed) != 1 || p.Removed[0].Day != "2027-02-08" || p.Kept != 2 || !p.Replaces {
		t.Errorf("%+v, %v", p, err)
	}
	second, err := x.Import(x.ctx, x.admin, importOf(short))
	if err != nil {
		t.Fatal(err)
	}
	x.expect(t, "", map[string]string{"2027-02-08": office, "2027-12-17": ""})
	if _, err := x.Undo(x.ctx, x.admin, first.ID); !fault.Is(err, "calendar.changed_since") {
		t.Errorf("undo of what is not the last: %v", err)
	}
	if _, err := x.Undo(x.ctx, x.admin, second.ID); err != nil {
		t.Fatal(err)
	}
	x.expect(t, "", map[string]string{"2027-02-08": "", "2027-12-17": ""})
	if _, err := x.Undo(x.ctx, x.admin, second.ID); !fault.Is(err, "calendar.no_import") {
		t.Errorf("undo twice: %v", err)
	}
}

func TestTheFirstImportOfAYearIsTakenBackWhole(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	c, err := x.Import(x.ctx, x.admin, importOf(skb2027))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Undo(x.ctx, x.admin, c.ID); err != nil {
		t.Fatal(err)
	}
	if years, err := Years(x.ctx, x.w.DB.App); err != nil || len(years) != 1 || years[0].Year != 2026 {
		t.Errorf("%+v, %v", years, err)
	}
	x.expect(t, "", map[string]string{"2027-01-01": office})
}

// TestTheCitysOwnDaysOutliveAnImportThatIsTakenBack: also those of which the year said something else.
func TestTheCitysOwnDaysOutliveAnImportThatIsTakenBack(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	for _, day := range []string{"2027-01-01", "2027-05-05"} {
		if _, err := x.AddDay(x.ctx, x.admin, DayInput{Day: day, Kind: LocalDay, Name: i18n.Text{"id": "Hari kota"}, Source: "Perwako 5/2026"}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := x.Import(x.ctx, x.admin, importOf(skb2027))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Undo(x.ctx, x.admin, c.ID); err != nil {
		t.Fatal(err)
	}
	x.expect(t, "", map[string]string{"2027-01-01": "", "2027-05-05": "", "2027-01-04": office})
	var kinds []string
	err = x.w.DB.App.NewRaw("SELECT kind || ' ' || (name->>'id') FROM holiday WHERE tenant_id = ? AND day >= '2027-01-01' ORDER BY day", x.w.Batam.ID).Scan(x.ctx, &kinds)
	if err != nil || len(kinds) != 2 || kinds[0] != "lokal Hari kota" || kinds[1] != kinds[0] {
		t.Errorf("kept %v, %v", kinds, err)
	}
}

// TestAYearIsImportedDayByDay and what taking it back would do is seen before, and kept by nobody.
func TestAYearIsImportedDayByDay(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	in := importOf("")
	in.Days = []Holiday{{Day: "2027-02-08", Kind: JointLeave, Name: i18n.Text{"id": "Cuti bersama Imlek"}}, {Day: "2027-01-01", Kind: NationalDay, Name: name("Tahun Baru")}}
	c, err := x.Import(x.ctx, x.admin, in)
	if err != nil {
		t.Fatal(err)
	}
	if y, err := yearOf(x.ctx, x.w.DB.App, 2027); err != nil || len(y.Days) != 2 || y.Days[0].Source != in.Source || y.Days[0].Name["en"] != "Tahun Baru (en)" || y.Days[1].Name["en"] != "Cuti bersama Imlek" {
		t.Errorf("%+v, %v", y, err)
	}
	open := false
	done, err := x.TryUndo(x.ctx, x.admin, c.ID, func(ctx context.Context, tx bun.Tx) error {
		cal, err := Load(ctx, tx, "")
		open = cal.Working(time.Date(2027, 1, 1, 12, 0, 0, 0, cal.Zone))
		return err
	})
	if err != nil || done.ID != c.ID || !open {
		t.Errorf("seen open %v, %+v, %v", open, done, err)
	}
	x.expect(t, "", map[string]string{"2027-01-01": ""})
	officer := x.admin
	officer.Roles = []string{"officer"}
	if _, err := x.TryUndo(x.ctx, officer, c.ID, nil); !fault.Is(err, "access.denied") {
		t.Errorf("an officer: %v", err)
	}
	in.Days = []Holiday{{Day: "2027-02-31", Kind: NationalDay, Name: name("x")}, {Day: "2027-01-01", Kind: LocalDay}, {Day: "2027-01-01", Kind: NationalDay, Name: name("y")}}
	_, err = x.Import(x.ctx, x.admin, in)
	var bad []string
	for _, f := range fault.From(err).Fields {
		bad = append(bad, f.Name+" "+f.Code)
	}
	if want := "day_0 calendar_day, kind_1 required, name_id_1 required, day_2 calendar_repeated"; strings.Join(bad, ", ") != want {
		t.Errorf("refused %v, want %s", bad, want)
	}
}

func TestAnImportWithABadLineChangesNothing(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	if _, err := x.Import(x.ctx, x.admin, importOf(skb2027+"31 Februari 2027;Tidak ada\n")); !fault.Is(err, "calendar.faults") {
		t.Errorf("got %v", err)
	}
	if _, err := x.Import(x.ctx, x.admin, ImportInput{}); len(fault.From(err).Fields) != 5 {
		t.Errorf("nothing at all: %v", err)
	}
	x.expect(t, "", map[string]string{"2027-01-01": office})
}

func TestAChangeIsTakenOnce(t *testing.T) {
	t.Parallel()
	x := newWorld(t)
	for i, want := range []int{1, 0} {
		err := tenancy.InTx(x.ctx, x.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			got, err := Take(ctx, tx)
			if len(got) != want {
				t.Errorf("%d. time: %d changes", i+1, len(got))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
