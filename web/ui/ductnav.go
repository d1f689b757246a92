package ui

import (
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Group is some pages of a part of the desk that has many, by what they are about.
type Group struct {
	Label string
	Links []Link
}

// PathDucts is where the staff's pages of the shared ducts are.
const PathDucts = "/petugas/ducting"

// Parts of these pages that not everybody who reads the ducts may open.
const (
	SectionDuctBook    Section = "duct_book"    // what came in at the bank, and the taxes
	SectionDuctRevenue Section = "duct_revenue" // what the ducts bring the city
)

// ductPages are these pages in the order of their menu: the group, who may open it, its address under PathDucts, and its name.
var ductPages = []struct {
	group   string
	section Section
	path    string
	name    string
}{
	{"network", SectionDucts, "", "duct.segments"},
	{"network", SectionDucts, "/peta", "ductnav.map"},
	{"network", SectionDucts, "/simpul", "damage.nodes"},
	{"network", SectionDucts, "/kabel", "ductcable.title"},
	{"network", SectionDucts, "/impor", "duct.imports"},
	{"leases", SectionDucts, "/pesanan", "ductnav.orders"},
	{"leases", SectionDucts, "/sewa", "ductnav.held"},
	{"leases", SectionDucts, "/rencana", "lease.plan"},
	{"leases", SectionDucts, "/antrean", "ductwait.title"},
	{"leases", SectionDucts, "/perluasan", "ductnav.augments"},
	{"leases", SectionDucts, "/operator", "lease.operators"},
	{"field", SectionDucts, "/gangguan", "ductnav.damage"},
	{"field", SectionDucts, "/jaga", "damage.shift"},
	{"field", SectionDucts, "/pekerjaan", "work.works"},
	{"field", SectionDucts, "/pekerjaan/program", "work.programmes"},
	{"field", SectionDucts, "/penataan", "wave.waves"},
	{"money", SectionDucts, "/tagihan", "ductnav.bills"},
	{"money", SectionDucts, "/piutang", "ductnav.debts"},
	{"money", SectionDucts, "/jaminan", "ductnav.deposits"},
	{"money", SectionDuctBook, "/rekening-bank", "bank.title"},
	{"money", SectionDuctBook, "/pajak", "ductnav.taxes"},
	{"money", SectionDucts, "/tarif", "ductnav.tariffs"},
	{"money", SectionDucts, "/lahan", "ductnav.land"},
	{"reports", SectionDuctRevenue, "/pendapatan", "ductnav.revenue"},
	{"reports", SectionDucts, "/kebocoran", "ductnav.leaks"},
	{"reports", SectionDucts, "/penataan/ringkasan", "wave.overview"},
}

// DuctNav is the menu of the staff's pages of the ducts: those that may answers yes for.
func DuctNav(l i18n.Locale, may func(Section) bool) []Group {
	var out []Group
	last := ""
	for _, x := range ductPages {
		if !may(x.section) {
			continue
		}
		if x.group != last {
			last, out = x.group, append(out, Group{Label: l.T("ductnav." + x.group)})
		}
		g := &out[len(out)-1]
		g.Links = append(g.Links, Link{Href: PathDucts + x.path, Label: l.T(x.name)})
	}
	return out
}

// PathPartner is where a company that leases ducts finds what is its own.
const PathPartner = "/mitra"

// partnerPages are those of a company in the order of their menu: the group, the address under PathPartner, and the name.
var partnerPages = []struct{ group, path, name string }{
	{"company", "", "partner.nav.home"},
	{"company", "/berkas", "partner.nav.papers"},
	{"company", "/orang", "partner.nav.people"},
	{"network", "/peta", "partner.nav.map"},
	{"network", "/rencana", "partner.nav.plan"},
	{"leases", "/pesanan", "partner.nav.orders"},
	{"leases", "/sewa", "partner.nav.leases"},
	{"leases", "/antrean", "partner.nav.waits"},
	{"leases", "/perluasan", "partner.nav.augments"},
	{"field", "/gangguan", "partner.nav.damage"},
	{"field", "/pekerjaan", "work.works"},
	{"field", "/penataan", "wave.waves"},
	{"money", "/tagihan", "partner.nav.bills"},
	{"money", "/rekening", "partner.nav.account"},
}

// PartnerGroups is the menu of the pages of a company that leases ducts.
func PartnerGroups(l i18n.Locale) []Group {
	var out []Group
	last := ""
	for _, x := range partnerPages {
		if x.group != last {
			last, out = x.group, append(out, Group{Label: l.T("ductnav." + x.group)})
		}
		g := &out[len(out)-1]
		g.Links = append(g.Links, Link{Href: PathPartner + x.path, Label: l.T(x.name)})
	}
	return out
}

// within says which entry of the groups the page shown now belongs to: the one whose address is the most of its own.
func (s Shell) within() (group int, href string) {
	path, _, _ := strings.Cut(s.Path, "?")
	for i, g := range s.Groups {
		for _, x := range g.Links {
			if (path == x.Href || strings.HasPrefix(path, x.Href+"/")) && len(x.Href) > len(href) {
				group, href = i, x.Href
			}
		}
	}
	return group, href
}
