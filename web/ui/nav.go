package ui

import "bedelau/internal/kernel/i18n"

// publicNav is the menu every visitor of a city sees.
func publicNav(l i18n.Locale) []Link {
	return []Link{
		{"/layanan", l.T("nav.services"), ""},
		{"/lacak", l.T("nav.track"), ""},
		{"/dasbor", l.T("nav.dashboard"), ""},
		{"/instansi", l.T("nav.agencies"), ""},
	}
}

// PartnerNav is the menu of whoever works for a company that leases ducts; its pages are those of PartnerGroups.
func PartnerNav(l i18n.Locale) []Link {
	return []Link{{PathPartner, l.T("desk." + string(SectionDucts)), "map-pin"}}
}

// Section is a part of the staff's desk that a person may or may not enter.
type Section string

// The sections, in the order of the menu.
const (
	SectionQueue    Section = "queue"
	SectionWorkload Section = "workload" // who has how much
	SectionFiling   Section = "filing"   // for who stands at a counter
	SectionCounters Section = "counters"
	SectionPapers   Section = "papers" // issued documents
	SectionSign     Section = "sign"   // those that wait for a signature
	SectionServices Section = "services"
	SectionTariffs  Section = "tariffs"
	SectionSigners  Section = "signers"       // officials who sign documents
	SectionSetUp    Section = "counter_admin" // of counters
	SectionApps     Section = "apps"          // the agencies' own
	SectionStaff    Section = "staff"
	SectionRoles    Section = "roles"
	SectionCalendar Section = "calendar"
	SectionAudit    Section = "audit"
	SectionOwnUsage Section = "own_usage" // what this city uses
	SectionDucts    Section = "ducts"
	SectionBills    Section = "bills"   // what it owes for that
	SectionUsage    Section = "usage"   // BUMD, on the platform's host
	SectionFinance  Section = "finance" // its console
	SectionPlans    Section = "plans"   // its price lists
)

// DeskNav is the menu of staff: the sections that may answers yes for.
func DeskNav(l i18n.Locale, may func(Section) bool) []Link {
	var links []Link
	for _, e := range []struct {
		section    Section
		href, icon string
	}{
		{SectionQueue, "/petugas/antrean", "inbox"},
		{SectionWorkload, "/petugas/beban", "chart-bar"},
		{SectionFiling, "/petugas/ajukan", "user-plus"},
		{SectionCounters, "/petugas/loket", "calendar-event"},
		{SectionPapers, "/petugas/dokumen", "award"},
		{SectionSign, "/petugas/dokumen/menunggu", "edit"},
		{SectionDucts, "/petugas/ducting", "map-pin"},
		{SectionServices, "/kelola/layanan", "list-details"},
		{SectionTariffs, "/kelola/tarif", "file-text"},
		{SectionSigners, "/kelola/penanda-tangan", "certificate"},
		{SectionSetUp, "/kelola/loket", "settings"},
		{SectionApps, "/kelola/aplikasi", "key"},
		{SectionStaff, "/kelola/staf", "users"},
		{SectionRoles, "/kelola/peran", "shield-check"},
		{SectionCalendar, "/kelola/kalender", "calendar"},
		{SectionAudit, "/kelola/audit", "history"},
		{SectionOwnUsage, "/kelola/pemakaian", "coin"},
		{SectionBills, "/kelola/tagihan", "receipt-tax"},
		{SectionFinance, "/bumd/keuangan", "coin"},
		{SectionPlans, "/bumd/paket", "list-details"},
		{SectionUsage, "/bumd", "chart-bar"},
	} {
		if may(e.section) {
			links = append(links, Link{e.href, l.T("desk." + string(e.section)), e.icon})
		}
	}
	return links
}
