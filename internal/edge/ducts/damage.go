package ducts

import (
	"net/url"
	"time"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
)

// Span is a duration in words, of its two largest parts; less than a minute is one.
func Span(l i18n.Locale, d time.Duration) string {
	minutes := int64((d.Abs() + time.Minute - 1) / time.Minute)
	days, hours, rest := minutes/(24*60), minutes/60%24, minutes%60
	part := func(key string, n int64) string { return l.T("damage."+key, "n", l.Number(n)) }
	switch {
	case days > 0 && hours > 0:
		return part("days", days) + " " + part("hours", hours)
	case days > 0:
		return part("days", days)
	case hours > 0 && rest > 0:
		return part("hours", hours) + " " + part("minutes", rest)
	case hours > 0:
		return part("hours", hours)
	}
	return part("minutes", max(rest, 1))
}

// KPISection is how the promises are kept.
func KPISection(l i18n.Locale, k ductdamage.KPI) bill.Section {
	late := PathDamage + "?" + url.Values{"status": {ductdamage.Unfinished}, "janji": {"ya"}}.Encode() + "#daftar"
	mean, kept := l.T("damage.no_figure"), l.T("damage.no_figure")
	if k.Restored > 0 {
		mean = Span(l, k.Mean)
	}
	if k.Promises > 0 {
		kept = ducttariff.Percent(l, k.Kept*10_000/k.Promises)
	}
	return bill.Section{ID: "gangguan", Title: l.T("damage.title"), Figures: []bill.Figure{
		{Value: l.Number(int64(k.Open)), Label: l.T("damage.kpi_open"), Meaning: l.T("damage.kpi_open_meaning"), Href: PathDamage + "?status=" + ductdamage.Unfinished + "#daftar"},
		{Value: l.Number(int64(k.Late)), Label: l.T("damage.kpi_late"), Meaning: l.T("damage.kpi_late_meaning"), Href: late},
		{Value: mean, Label: l.T("damage.kpi_mean"), Meaning: l.T("damage.kpi_mean_meaning", "days", ductdamage.KPIDays, "n", k.Restored)},
		{Value: kept, Label: l.T("damage.kpi_kept"), Meaning: l.T("damage.kpi_kept_meaning", "days", ductdamage.KPIDays, "kept", k.Kept, "of", k.Promises)},
	}}
}
