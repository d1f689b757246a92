package site

import "github.com/google/uuid"

// Addresses that several areas lead to.
const (
	PathCode  = "/masuk/kode"
	PathQueue = "/petugas/antrean"
	// PathFiling is where an officer begins an application for whoever stands at the counter, and goes on with it.
	PathFiling = "/petugas/ajukan"
)

// IDs names the objects in an address that belong to somebody: parameter, kind, parameter, kind. The codes of services,
// agencies and pages of a form are the same for everyone, and the token in a link is its own proof.
func IDs(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// CasePath is where staff open an application.
func CasePath(id uuid.UUID) string { return "/petugas/permohonan/" + id.String() }

// SimulationPath is where an administrator replays past cases of a service.
func SimulationPath(service string) string { return "/kelola/layanan/" + service + "/simulasi" }
