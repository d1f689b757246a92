package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/pack"
	bank "bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/tenants"
)

// The demonstration's sign-ins are public on purpose: they exist only in a database that `bedelau demo` has made.
const demoPassword = "bedelau-demo-2026"

type demoPerson struct {
	tenant, email, name, phone, role, agency, secret, about string
}

var demoPeople = []demoPerson{
	{"batam", "warga@batam.localhost", "Siti Rahma", "081270001234", "", "", "", "warga Batam"},
	{"batam", "warga2@batam.localhost", "Budi Santoso", "081270005678", "", "", "", "warga Batam yang lain"},
	{"batam", "petugas@batam.localhost", "Andi Wijaya", "", "officer", "disdukcapil", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "petugas Disdukcapil"},
	{"batam", "petugas2@batam.localhost", "Dewi Lestari", "", "officer", "disdukcapil", "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU", "petugas Disdukcapil yang lain"},
	{"batam", "kominfo@batam.localhost", "Rina Marlina", "", "officer", "diskominfo", "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK", "petugas Diskominfo"},
	{"batam", "ptsp@batam.localhost", "Fajar Nugroho", "", "officer", "dpmptsp", "UM7OFZTZMHX7Q3LMDRHAPPV252ANMVRX", "petugas DPMPTSP"},
	{"batam", "dinkes@batam.localhost", "Wulan Sari", "", "officer", "dinkes", "3I6XDPO2OGWGTRSMYSAIL4TOHNCAONU5", "petugas Dinas Kesehatan"},
	{"batam", "bapenda@batam.localhost", "Agus Salim", "", "officer", "bapenda", "T2KY7H4QBAUCTYFRAQPJTMD4YYVS5XJ2", "petugas Bapenda"},
	{"batam", "cktr@batam.localhost", "Nadia Utami", "", "officer", "cktr", "TF65YZSTU37Q7FHCW2AV354L2SKVLWLO", "petugas Cipta Karya"},
	{"batam", "binamarga@batam.localhost", "Joko Prasetyo", "", "officer", "binamarga", "KQAWPQC4W5U7KD5GKUMSSW36UO2YNCY2", "petugas Bina Marga"},
	{"batam", "dishub@batam.localhost", "Ratna Dewi", "", "officer", "dishub", "VADW22VSXZ52ZB4JMF5P6LGSHQ5TCMVR", "petugas Dishub"},
	{"batam", "kec@batam.localhost", "Umar Faruq", "", "officer", "kec-batam-kota", "IGDNWHCWLHBMMCIRG7OIDKLVG5YZZ5M6", "petugas Kecamatan Batam Kota"},
	{"batam", "kepala@batam.localhost", "Hendra Gunawan", "", "agency_head", "disdukcapil", "NBSWY3DPEHPK3PXPNBSWY3DPEHPK3PXP", "kepala Disdukcapil"},
	{"batam", "admin@batam.localhost", "Maya Putri", "", "city_admin", "", "OBWGC2LOOBWGC2LOOBWGC2LOOBWGC2LO", "admin kota Batam"},
	{"batam", "ducting@batam.localhost", "Sari Wulandari", "", "duct_manager", "", "ZBWGC2LOZBWGC2LOZBWGC2LOZBWGC2LO", "pengelola ducting bersama"},
	{"batam", "keuangan.ducting@batam.localhost", "Bima Prasetya", "", "duct_finance", "", "PBWGC2LOZBWGC2LOZBWGC2LOZBWGC2LO", "keuangan ducting bersama"},
	{"batam", "keuangan2.ducting@batam.localhost", "Citra Lestari", "", "duct_finance", "", "UBWGC2LOZBWGC2LOZBWGC2LOZBWGC2LO", "keuangan ducting bersama, orang kedua"},
	{"batam", "direksi.ducting@batam.localhost", "Dewi Anggraini", "", "duct_director", "", "WBWGC2LOWBWGC2LOWBWGC2LOWBWGC2LO", "direksi ducting bersama"},
	{"batam", "pendapatan@batam.localhost", "Ridwan Hakim", "", "revenue_officer", "", "VBWGC2LOVBWGC2LOVBWGC2LOVBWGC2LO", "petugas pendapatan daerah"},
	{"tanjungpinang", "warga@tanjungpinang.localhost", "Rudi Hartono", "081270009999", "", "", "", "warga Tanjungpinang"},
	{"tanjungpinang", "petugas@tanjungpinang.localhost", "Lina Agustina", "", "officer", "disdukcapil", "PBWGC2LOPBWGC2LOPBWGC2LOPBWGC2LO", "petugas Disdukcapil Tanjungpinang"},
	{"tanjungpinang", "admin@tanjungpinang.localhost", "Tono Saputra", "", "city_admin", "", "QBWGC2LOQBWGC2LOQBWGC2LOQBWGC2LO", "admin kota Tanjungpinang"},
	{"platform", "bumd@platform.localhost", "Yusuf Hakim", "", "bumd_admin", "", "RBWGC2LORBWGC2LORBWGC2LORBWGC2LO", "admin BUMD"},
	{"platform", "keuangan@platform.localhost", "Lestari Handayani", "", "bumd_finance", "", "ULALQPPVKEQBGWTK7JWZTXNRX3EGTL4K", "keuangan BUMD, orang kedua"},
}

// demoPartner works for the first of the made-up operators.
var demoPartner = demoPerson{tenant: "batam", email: "mitra@batam.localhost", name: "Putra Serat", about: "administrator operator ducting"}

// seed loads the two cities, their plan and the demonstration's people. A second run changes nothing.
func (a *App) seed(ctx context.Context) error {
	_, err := a.seedPeople(ctx)
	return err
}

// seedPeople is seed; it returns the accounts that it has made, by e-mail address.
func (a *App) seedPeople(ctx context.Context) (map[string]uuid.UUID, error) {
	if err := a.seedCities(ctx); err != nil {
		return nil, err
	}
	made := map[string]uuid.UUID{}
	for _, p := range demoPeople {
		id, err := a.seedPerson(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.email, err)
		}
		if id != uuid.Nil {
			made[p.email] = id
		}
	}
	return made, nil
}

func (a *App) seedCities(ctx context.Context) error {
	setup, err := demoSeller()
	if err != nil {
		return err
	}
	if _, err := a.loadSetup(ctx, setup); err != nil && !fault.Is(err, "invoice.setup_differs") { // what an older program loaded stays
		return err
	}
	for _, slug := range []string{"batam", "tanjungpinang"} {
		p, err := pack.Load(tenants.FS, slug)
		if err != nil {
			return packError(err)
		}
		if _, err := a.Packs.Apply(ctx, a.DB, p); err != nil {
			return packError(err)
		}
		if _, err := a.DB.Platform.NewRaw("UPDATE tenant SET demo = true WHERE slug = ? AND NOT demo", slug).Exec(ctx); err != nil {
			return err
		}
		a.Directory.Forget()
		city, err := a.Directory.BySlug(ctx, slug)
		if err != nil {
			return err
		}
		if err := a.demoPlan(tenancy.With(ctx, city), city); err != nil {
			return fmt.Errorf("plan of %s: %w", slug, err)
		}
	}
	return a.demoPlans(ctx)
}

// demoPlan has a city of the demonstration on its plan for almost a year by now, as long as there is a plan: what began earlier would not
// be billed any more.
func (a *App) demoPlan(ctx context.Context, city tenancy.City) error {
	now := time.Now().In(city.Location())
	_, _, ever, err := a.Billing.Latest(ctx, city, now)
	if ever || err != nil {
		return err
	}
	starts := time.Date(now.Year(), now.Month()-11, 1, 0, 0, 0, 0, time.UTC)
	if first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); starts.Before(first) {
		starts = first
	}
	_, err = a.Billing.Subscribe(ctx, billing.SubscribeInput{City: city, Plan: "demo-kota", StartsOn: starts, ActorID: uuid.Nil, ActorKind: audit.System})
	return err
}

// inCity is ctx with a city of the demonstration.
func (a *App) inCity(ctx context.Context, slug string) (context.Context, error) {
	t, err := a.Directory.BySlug(ctx, slug)
	if err != nil {
		return ctx, err
	}
	return tenancy.With(ctx, t), nil
}

// demoNPWP is a tax number that nobody has, so that the file for Coretax can be looked at.
const demoNPWP = "0000000000000001"

// demoSeller is the seller of the program with an account that no bank has and a tax number that is nobody's, so that a statement can be imported
// (deploy/demo-statement.csv) and the file for Coretax written.
func demoSeller() (invoice.Setup, error) {
	setup, err := invoice.ReadSetup(tenants.Seller)
	setup.Seller.Accounts = []invoice.Account{{Bank: "Bank Contoh", Number: "000-12345", Holder: "BUMD contoh",
		CSV: bank.Mapping{Separator: ";", Layout: "02/01/2006", Day: "Tanggal", Credit: "Kredit", Debit: "Debit", Text: []string{"Keterangan"}, Reference: "No. Referensi", Payer: "Pengirim"}}}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "Bank Contoh", Prefix: "00000"}
	setup.Seller.NPWP, setup.Seller.Source = demoNPWP, "Data contoh; NPWP-nya bukan milik siapa pun"
	return setup, err
}

// seedPerson makes an account; it returns no id for one that is there already.
func (a *App) seedPerson(ctx context.Context, p demoPerson) (id uuid.UUID, err error) {
	if ctx, err = a.inCity(ctx, p.tenant); err != nil {
		return id, err
	}
	in := identity.SeedInput{Name: p.name, Email: p.email, Phone: p.phone, Password: demoPassword}
	if p.role == "" {
		id, err = a.Identity.CreateResident(ctx, in)
	} else {
		in.Roles, in.Agency, in.TOTPSecret = []string{p.role}, p.agency, p.secret
		id, err = a.Identity.CreateStaff(ctx, in)
	}
	if fault.Is(err, "identity.email_taken") {
		return uuid.Nil, nil
	}
	return id, err
}

// demoCodes lists who one can be on a tenant's site, with the second factor of this moment.
func demoCodes(tenant string) []site.StaffCode {
	var out []site.StaffCode
	for _, p := range demoPeople {
		if p.tenant != tenant {
			continue
		}
		c := site.StaffCode{Label: p.name + ", " + p.about, Login: p.email, Password: demoPassword}
		if p.secret != "" {
			if code, err := totp.GenerateCode(p.secret, time.Now()); err == nil {
				c.Code = code
			}
		}
		out = append(out, c)
	}
	if tenant == "batam" {
		out = append(out, site.StaffCode{Label: demoPartner.name + ", " + demoPartner.about, Login: demoPartner.email, Password: demoPassword})
	}
	return out
}
