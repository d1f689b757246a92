package form

// What a field can suggest as its answer. A suggestion is shown in the field and counts only once it is sent.
const (
	PrefillName    = "profile.name"
	PrefillPhone   = "profile.phone"
	PrefillEmail   = "profile.email"
	PrefillEarlier = "earlier" // the applicant's own latest answer to a question of this code and type in this city
)

// Prefills lists what a field can suggest. Of a person block, earlier suggests every part, and what
// comes from the profile the name and the phone.
func Prefills() []string {
	return []string{PrefillName, PrefillPhone, PrefillEmail, PrefillEarlier}
}
