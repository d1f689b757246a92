package httpapi

import "github.com/danielgtaylor/huma/v2"

const about = `Public services of a city, for programs: find a service, apply for it, follow the application, work on it as an officer.

**Hosts.** Each city answers at its own host, and what one host answers is about that city alone. The platform that runs the cities answers at its own; operations tagged *Platform* exist only there, all others except *Session* only at a city's.

**Signing in.** ` + "`POST /sessions`" + ` gives a token; send it as ` + "`Authorization: Bearer <token>`" + `. Staff give a code of their authenticator at ` + "`POST /sessions/totp`" + ` first, which gives a new token. A session ends after a time without use, or with ` + "`DELETE /sessions/current`" + `.

**Programs of agencies** sign in with an API key instead: ` + "`Authorization: Bearer bdl_…`" + `. A key is made by the city's administrator, shown once, has an end, and is good for the operations of its scopes alone.

**Language.** Send ` + "`Accept-Language: id`" + ` or ` + "`en`" + `; Indonesian is the default. Names, labels and refusals come in that language.

**Times** are RFC 3339 with the city's offset. Amounts are whole rupiah. Ids are UUIDs.

**Lists** give at most ` + "`limit`" + ` items; when there are more, ` + "`next`" + ` in the body is the cursor of the next page and the ` + "`Link`" + ` header (RFC 8288) its address.

**Refusals** are problem documents (RFC 9457). Decide by ` + "`type`" + `, show ` + "`detail`" + `. What may not be seen is 404, as if it did not exist. 429 and 503 carry ` + "`Retry-After`" + ` in seconds.

**Repeating.** ` + "`POST /applications/{id}/submission`" + ` needs an ` + "`Idempotency-Key`" + `: any text of at most 200 characters, new for each submission and the same when it is repeated; a repetition gives the first answer. Acts of officers name the ` + "`version`" + ` they have seen, in the body or as ` + "`If-Match`" + ` with the ` + "`ETag`" + ` of the application; when it has moved meanwhile they are refused with 409, or 412 for ` + "`If-Match`" + `.`

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "Session", Description: "Signing in and out; on every host."},
		{Name: "Registration", Description: "How a resident gets an account."},
		{Name: "City", Description: "The city of the host, its offices and how it performs."},
		{Name: "Services", Description: "What a resident can ask of the city, and the standard it is held to."},
		{Name: "Applications", Description: "A resident's own applications, from the form to the document."},
		{Name: "Appointments", Description: "Times at the counters of the city's offices."},
		{Name: "Tracking", Description: "What anyone may know who holds a number or a paper."},
		{Name: "Desk", Description: "The work of an office, for its staff."},
		{Name: "Design", Description: "How a service is asked for: the draft of its form, for administrators."},
		{Name: "Apps", Description: "What the agencies' own apps tell the city, with an API key."},
		{Name: "Usage", Description: "What the city uses of the platform, and what that would cost."},
		{Name: "Platform", Description: "All cities, for the staff of the platform; on its host alone."},
	}
}
