package main

import (
	"strconv"
	"time"

	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// importing is a year that was checked, of which one row was then mistyped.
func importing(s ui.Shell) office.ImportView {
	v := office.ImportView{Shell: desk(s, "/kelola/kalender/impor", s.L.T("days.import")), Year: "2027", Open: "07:30", Close: "16:00", Source: "SKB 3 Menteri 2027", More: true,
		Rows: []office.ImportRow{{Day: "1", Month: "1", Kind: "libur", NameID: "Tahun Baru 2027 Masehi", NameEN: "New Year's Day"},
			{Day: "31", Month: "2", Kind: "cuti_bersama", NameID: "Cuti bersama Imlek"}, {}},
		Errors: ui.Errors{{Name: "day_1", Label: s.L.T("days.row_of", "what", s.L.T("days.day"), "n", 2), Text: s.L.T("field.calendar_day")}}}
	for m := time.January; m <= time.December; m++ {
		v.Months = append(v.Months, ui.Option{Value: strconv.Itoa(int(m)), Label: s.L.MonthName(m)})
	}
	for _, k := range []string{"libur", "cuti_bersama"} {
		v.Kinds = append(v.Kinds, ui.Option{Value: k, Label: s.L.T("calendar.kind." + k)})
	}
	for i, d := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		v.Week = append(v.Week, office.Tick{Value: d, Label: s.L.T("weekday." + d), On: i < 5})
	}
	v.Preview = &office.ImportPreview{Figures: []ui.Figure{{Value: "1", Label: s.L.T("days.national")}},
		Added: []office.DayRow{{Day: "2027-01-01", Date: now, Name: in(s, "Tahun Baru 2027 Masehi", "New Year's Day"), Kind: s.L.T("calendar.kind.libur")}},
		Moves: office.DayMoves{Whole: true, Totals: []ui.Figure{{Value: "2", Label: s.L.T("days.moves.application")}, {Value: "0", Label: s.L.T("days.moves.stay")}},
			Lines: []office.DayMove{{Service: in(s, "KTP-el hilang", "Lost electronic ID card"), What: s.L.T("days.moves.application"), Day: now, N: 2}}}}
	return v
}
