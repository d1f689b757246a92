// Package access answers whether this person may do this in this city.
package access

// Permission is one thing that can be allowed, as "object:action". Every route declares the one it needs.
type Permission string

// The two that need no role.
const (
	Public   Permission = "public"    // everyone, signed in or not
	SignedIn Permission = "signed_in" // anyone with a session, also staff who have yet to give their second factor
)

// What residents and all accounts do.
const (
	AccountSelf       Permission = "account:self"
	ApplicationSubmit Permission = "application:submit"
	ApplicationOwn    Permission = "application:own"
	BookingOwn        Permission = "booking:own"
	DuctOwn           Permission = "duct:own" // of a company that leases ducts: what is its own, and what it was shown
)

// What a city's staff do.
const (
	ApplicationQueue  Permission = "application:queue"
	ApplicationRead   Permission = "application:read"
	ApplicationReview Permission = "application:review"
	ApplicationDecide Permission = "application:decide"
	ApplicationAssign Permission = "application:assign"
	ApplicationReveal Permission = "application:reveal"
	ApplicationFile   Permission = "application:file" // fill one in at a counter for who stands there
	ApplicationAll    Permission = "application:all"  // the others of application reach every agency's, not one's own alone
	DocumentSign      Permission = "document:sign"
	DocumentRevoke    Permission = "document:revoke"
	DocumentRegister  Permission = "document:register"
	BookingServe      Permission = "booking:serve"
	BookingManage     Permission = "booking:manage"
	ServiceConfigure  Permission = "service:configure"
	AppManage         Permission = "app:manage" // the agencies' own apps and their keys
	CalendarManage    Permission = "calendar:manage"
	StaffManage       Permission = "staff:manage"
	RoleManage        Permission = "role:manage"
	AuditRead         Permission = "audit:read"
	UsageRead         Permission = "usage:read"
	InvoiceRead       Permission = "invoice:read"   // in a city its own; on the platform everyone's
	DuctRead          Permission = "duct:read"      // the shared ducts: map, lengths, what lies in them
	DuctManage        Permission = "duct:manage"    // change the record of them
	DuctLease         Permission = "duct:lease"     // say who holds what of them
	DuctWaive         Permission = "duct:waive"     // let a road be built though too little of it is signed for
	DuctTariff        Permission = "duct:tariff"    // what they cost; one person asks, another decides
	DuctBill          Permission = "duct:bill"      // the company's book: charges, invoices, what came in, credits of two people
	RevenueRead       Permission = "revenue:read"   // what the ducts bring: the company's book, and apart from it the city's own revenue
	RevenueManage     Permission = "revenue:manage" // the city's own: targets, what is owed, what came in
	InvoiceBudget     Permission = "invoice:budget" // say what the city means to spend, and be told when that is near
	InvoiceOrder      Permission = "invoice:order"  // order another plan, add-ons, a pause or an end of the city's subscription
	InvoicePay        Permission = "invoice:pay"    // leave with Stripe a way to be charged, and look after it
)

// What programs with an API key do.
const (
	StatusWrite Permission = "status:write" // push the status of applications in an agency's app
	UsageWrite  Permission = "usage:write"  // report a city's usage to the platform
)

// What the platform's staff do, besides managing their own accounts and roles.
const (
	PlatformCities Permission = "platform:cities"
	PlatformUsage  Permission = "platform:usage"
	InvoiceIssue   Permission = "invoice:issue" // also to record what came in
	PlanManage     Permission = "plan:manage"   // price lists, and which city is on which
)

// Definition says what a permission is about. Its sentence is the i18n key "perm.<name>".
type Definition struct {
	Name     Permission
	City     bool // can be held in a city
	Platform bool // can be held on the platform
	Resident bool // for residents and partners, by the kind of their account: not to be given or taken role by role
	Machine  bool // for programs, as a scope of their key: no role holds it
	Agency   bool // reaches what is one's own agency's; with application:all the whole city's
	Reads    bool // changes nothing, so it stays while a city is suspended
	Admin    bool // power over other people's power: only its holder may hand it on
}

// Scopes lists the permissions of programs, which an API key can carry.
func Scopes() []Permission {
	var out []Permission
	for _, d := range All() {
		if d.Machine {
			out = append(out, d.Name)
		}
	}
	return out
}

// All returns the catalogue in its fixed order. A new permission goes at the end of its group.
func All() []Definition {
	return []Definition{
		{Name: AccountSelf, City: true, Platform: true, Resident: true, Reads: true},
		{Name: ApplicationSubmit, City: true, Resident: true},
		{Name: ApplicationOwn, City: true, Resident: true},
		{Name: BookingOwn, City: true, Resident: true},
		{Name: DuctOwn, City: true, Resident: true},
		{Name: ApplicationQueue, City: true, Agency: true, Reads: true},
		{Name: ApplicationRead, City: true, Agency: true, Reads: true},
		{Name: ApplicationReview, City: true, Agency: true},
		{Name: ApplicationDecide, City: true, Agency: true},
		{Name: ApplicationAssign, City: true, Agency: true},
		{Name: ApplicationReveal, City: true, Agency: true, Reads: true},
		{Name: ApplicationFile, City: true, Agency: true},
		{Name: ApplicationAll, City: true, Reads: true},
		{Name: DocumentSign, City: true, Agency: true},
		{Name: DocumentRevoke, City: true, Agency: true},
		{Name: DocumentRegister, City: true, Agency: true, Reads: true},
		{Name: BookingServe, City: true, Agency: true},
		{Name: BookingManage, City: true, Agency: true},
		{Name: ServiceConfigure, City: true},
		{Name: AppManage, City: true},
		{Name: CalendarManage, City: true},
		{Name: StaffManage, City: true, Platform: true, Admin: true},
		{Name: RoleManage, City: true, Platform: true, Admin: true},
		{Name: AuditRead, City: true, Platform: true, Reads: true},
		{Name: UsageRead, City: true, Reads: true},
		{Name: InvoiceRead, City: true, Platform: true, Reads: true},
		{Name: InvoiceBudget, City: true},
		{Name: InvoiceOrder, City: true},
		{Name: InvoicePay, City: true, Reads: true}, // it changes nothing here, and a city that is suspended must be able to pay
		{Name: DuctRead, City: true, Reads: true},
		{Name: DuctManage, City: true},
		{Name: DuctLease, City: true},
		{Name: DuctWaive, City: true},
		{Name: DuctTariff, City: true},
		{Name: DuctBill, City: true},
		{Name: RevenueRead, City: true, Reads: true},
		{Name: RevenueManage, City: true},
		{Name: StatusWrite, City: true, Machine: true},
		{Name: UsageWrite, Platform: true, Machine: true},
		{Name: PlatformCities, Platform: true},
		{Name: PlatformUsage, Platform: true, Reads: true},
		{Name: InvoiceIssue, Platform: true},
		{Name: PlanManage, Platform: true},
	}
}
