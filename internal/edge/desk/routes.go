package desk

import (
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
)

// caseRoutes is what officers and heads of agencies do about one application. Who may take which step is data of the workflow, so
// its route asks for reading alone and casework asks for the rest; the same goes for putting back what is one's own.
func (p *Pages) caseRoutes() gate.Table {
	read, review, city := access.ApplicationRead, access.ApplicationReview, gate.City
	app := site.IDs("id", "application")
	task := site.IDs("id", "application", "task", "task")
	return gate.Table{
		{Method: get, Path: "/petugas/permohonan/:id", Needs: read, Scope: city, IDs: app, Handler: p.deskCase},
		{Method: post, Path: "/petugas/permohonan/:id/tindakan", Needs: read, Scope: city, IDs: app, MaxBody: queue.ActBody, Handler: p.deskAct},
		{Method: get, Path: pathAway, Needs: review, Scope: city, Handler: p.away},
		{Method: post, Path: pathAway, Needs: review, Scope: city, Handler: p.setAway},
		{Method: post, Path: pathAway + "/:absence/akhiri", Page: pathAway, Needs: review, Scope: city, IDs: site.IDs("absence", "absence"), Handler: p.endAway},
		{Method: get, Path: pathPhrases, Needs: access.ApplicationAssign, Scope: city, Handler: p.phrasesOf},
		{Method: post, Path: pathPhrases, Needs: access.ApplicationAssign, Scope: city, Handler: p.addPhrase},
		{Method: post, Path: pathPhrases + "/:phrase/hapus", Page: pathPhrases, Needs: access.ApplicationAssign, Scope: city, IDs: site.IDs("phrase", "phrase"), Handler: p.dropPhrase},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task", Needs: read, Scope: city, IDs: task, MaxBody: queue.ActBody, Handler: p.deskAnswer},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task/ambil", Page: "/petugas/permohonan/:id", Needs: review, Scope: city, IDs: task, Handler: p.deskTaskClaim},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task/lepas", Page: "/petugas/permohonan/:id", Needs: review, Scope: city, IDs: task, Handler: p.deskTaskRelease},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task/serahkan", Page: "/petugas/permohonan/:id", Needs: access.ApplicationAssign, Scope: city, IDs: task, Handler: p.deskTaskAssign},
		{Method: get, Path: "/petugas/permohonan/:id/bukti-bayar/:fee.pdf", Needs: read, Scope: city, IDs: site.IDs("id", "application", "fee", "fee"), Handler: p.FeeReceipt},
		{Method: post, Path: "/petugas/permohonan/:id/biaya/:fee/kembalikan", Page: "/petugas/permohonan/:id", Needs: access.ApplicationDecide, Scope: city, IDs: site.IDs("id", "application", "fee", "fee"), Handler: p.deskRefund},
		{Method: post, Path: "/petugas/permohonan/:id/ambil", Needs: review, Scope: city, IDs: app, Handler: p.deskClaim},
		{Method: post, Path: "/petugas/permohonan/:id/lepas", Needs: read, Scope: city, IDs: app, Handler: p.deskRelease},
		{Method: post, Path: "/petugas/permohonan/:id/serahkan", Needs: access.ApplicationAssign, Scope: city, IDs: app, Handler: p.deskAssign},
		{Method: post, Path: "/petugas/permohonan/:id/catatan", Needs: review, Scope: city, IDs: app, Handler: p.deskNote},
		{Method: post, Path: "/petugas/permohonan/:id/buka/:field", Needs: access.ApplicationReveal, Scope: city, IDs: site.IDs("id", "application", "field", "answer"), Handler: p.deskReveal},
		{Method: get, Path: "/petugas/permohonan/:id/berkas/:file", Needs: read, Scope: city, IDs: site.IDs("id", "application", "file", "file"), Handler: p.Attached},
	}
}
