package calendar

import (
	"strings"
	"testing"
	"time"
)

func TestParseDays(t *testing.T) {
	t.Parallel()
	const event = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n%BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270309\r\nDTEND;VALUE=DATE:20270311\r\nSUMMARY:Idulfitri 1448 H\\, dua hari\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20270312\r\nSUMMARY:Cuti bersama\r\n  Idulfitri\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:3\r\nDTSTART;VALUE=DATE:20280101\r\nSUMMARY:Lain tahun\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	for _, tt := range []struct {
		name, text string
		days       []string // date kind name
		faults     []string // line code
	}{
		{"semicolons and a heading", skb2027, []string{"2027-01-01 libur Tahun Baru 2027 Masehi", "2027-02-06 libur Tahun Baru Imlek", "2027-02-08 cuti_bersama Cuti bersama Imlek"}, nil},
		{"pasted with tabs", "Jumat, 1 Januari 2027\tTahun Baru\n\n# catatan\n1.5.2027\tlibur nasional\tHari Buruh\tLabour Day", []string{"2027-01-01 libur Tahun Baru", "2027-05-01 libur Hari Buruh"}, nil},
		{"quoted, a mark of order", "\ufeff\"2027-01-01\",\"libur\",\"Tahun Baru\"", []string{"2027-01-01 libur Tahun Baru"}, nil},
		{"faults name their lines", "2027-01-01;Tahun Baru\n2027-01-01;Lagi\nbesok;Libur\n2026-12-25;Natal\n2027-03-01;libur\n", []string{"2027-01-01 libur Tahun Baru"},
			[]string{"2 repeated", "3 no_date", "4 other_year", "5 no_name"}},
		{"a first line that is no heading", "2027-13-01;libur;Salah ketik\n2027-05-01;Hari Buruh", []string{"2027-05-01 libur Hari Buruh"}, []string{"1 no_date"}},
		{"a calendar file", strings.Replace(event, "%", "", 1), []string{"2027-03-09 libur Idulfitri 1448 H, dua hari", "2027-03-10 libur Idulfitri 1448 H, dua hari", "2027-03-12 cuti_bersama Cuti bersama Idulfitri"}, nil},
		{"a calendar file of nothing", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", nil, []string{"1 no_day"}},
		{"a broken calendar file", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", nil, []string{"1 unreadable"}},
		{"not text", "\xff\xfe\x00", nil, []string{"1 unreadable"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			days, faults := ParseDays(tt.text, 2027)
			var got []string
			for _, d := range days {
				got = append(got, d.Day+" "+d.Kind+" "+d.Name["id"])
			}
			if strings.Join(got, "|") != strings.Join(tt.days, "|") {
				t.Errorf("days %q, want %q", got, tt.days)
			}
			got = nil
			for _, f := range faults {
				got = append(got, string(rune('0'+f.Line))+" "+f.Code)
			}
			if strings.Join(got, "|") != strings.Join(tt.faults, "|") {
				t.Errorf("faults %q, want %q", got, tt.faults)
			}
		})
	}
}

// FuzzParseDays feeds whatever an administrator might paste: every day that comes out is a day of the year with a name.
func FuzzParseDays(f *testing.F) {
	f.Add(skb2027)
	f.Add("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270309\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR")
	f.Add("1 Januari 2027,,,\n;;;\n\t\t")
	f.Fuzz(func(t *testing.T, text string) {
		days, _ := ParseDays(text, 2027)
		for _, d := range days {
			day, err := time.Parse(time.DateOnly, d.Day)
			if err != nil || day.Year() != 2027 || d.Name["id"] == "" || d.Name["en"] == "" || d.Kind != NationalDay && d.Kind != JointLeave {
				t.Fatalf("%+v of %q", d, text)
			}
		}
	})
}
