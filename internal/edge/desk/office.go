package desk

import (
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/access"
)

// officeRoutes is what officers and heads of agencies work with. Who may take which step is data of the workflow, so
// its route asks for reading alone and casework asks for the rest; the same goes for putting back what is one's own.
func (p *Pages) officeRoutes() gate.Table {
	read, review, city := access.ApplicationRead, access.ApplicationReview, gate.City
	app := site.IDs("id", "application")
	task := site.IDs("id", "application", "task", "task")
	return gate.Table{
		{Method: get, Path: site.PathQueue, Needs: access.ApplicationQueue, Scope: city, Handler: p.deskQueue},
		{Method: post, Path: site.PathQueue, Needs: access.ApplicationQueue, Scope: city, Handler: p.deskSearch},
		{Method: get, Path: pathSearch + "/:id", Needs: access.ApplicationQueue, Scope: city, IDs: site.IDs("id", "search"), Handler: p.deskFound},
		{Method: get, Path: site.PathQueue + "/unduh.csv", Needs: read, Scope: city, Handler: p.exportAs(spreadsheet.NewCSV)},
		{Method: get, Path: site.PathQueue + "/unduh.xlsx", Needs: read, Scope: city, Handler: p.exportAs(spreadsheet.NewXLSX)},
		{Method: post, Path: site.PathQueue + "/saringan", Page: site.PathQueue, Needs: access.ApplicationQueue, Scope: city, Handler: p.saveFilter},
		{Method: post, Path: site.PathQueue + "/saringan/:id/hapus", Page: site.PathQueue, Needs: access.ApplicationQueue, Scope: city, IDs: site.IDs("id", "filter"), Handler: p.forgetFilter},
		{Method: post, Path: site.PathQueue + "/massal", Needs: access.ApplicationQueue, Scope: city, Handler: p.bulk},
		{Method: get, Path: pathBulkStep, Needs: access.ApplicationQueue, Scope: city, Handler: p.bulkChoose},
		{Method: get, Path: pathBulkTold + "/:id", Needs: access.ApplicationQueue, Scope: city, IDs: site.IDs("id", "told"), Handler: p.bulkTold},
		{Method: post, Path: "/petugas/berikutnya", Page: site.PathQueue, Needs: review, Scope: city, Handler: p.takeNext},
		{Method: get, Path: pathWorkload, Needs: access.ApplicationAssign, Scope: city, Handler: p.workload},
		{Method: get, Path: "/petugas/permohonan/:id", Needs: read, Scope: city, IDs: app, Handler: p.deskCase},
		{Method: get, Path: pathOther + "/:id", Needs: access.ApplicationQueue, Scope: city, IDs: site.IDs("id", "external"), Handler: p.deskOther},
		{Method: post, Path: "/petugas/permohonan/:id/tindakan", Needs: read, Scope: city, IDs: app, MaxBody: actBody, Handler: p.deskAct},
		{Method: get, Path: pathAway, Needs: review, Scope: city, Handler: p.away},
		{Method: post, Path: pathAway, Needs: review, Scope: city, Handler: p.setAway},
		{Method: post, Path: pathAway + "/:absence/akhiri", Page: pathAway, Needs: review, Scope: city, IDs: site.IDs("absence", "absence"), Handler: p.endAway},
		{Method: get, Path: pathPhrases, Needs: access.ApplicationAssign, Scope: city, Handler: p.phrasesOf},
		{Method: post, Path: pathPhrases, Needs: access.ApplicationAssign, Scope: city, Handler: p.addPhrase},
		{Method: post, Path: pathPhrases + "/:phrase/hapus", Page: pathPhrases, Needs: access.ApplicationAssign, Scope: city, IDs: site.IDs("phrase", "phrase"), Handler: p.dropPhrase},
		{Method: get, Path: pathTasks, Needs: access.ApplicationQueue, Scope: city, Handler: p.deskTasks},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task", Needs: read, Scope: city, IDs: task, MaxBody: actBody, Handler: p.deskAnswer},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task/ambil", Page: "/petugas/permohonan/:id", Needs: review, Scope: city, IDs: task, Handler: p.deskTaskClaim},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task/lepas", Page: "/petugas/permohonan/:id", Needs: review, Scope: city, IDs: task, Handler: p.deskTaskRelease},
		{Method: post, Path: "/petugas/permohonan/:id/tugas/:task/serahkan", Page: "/petugas/permohonan/:id", Needs: access.ApplicationAssign, Scope: city, IDs: task, Handler: p.deskTaskAssign},
		{Method: post, Path: pathTasks + "/massal", Page: pathTasks, Needs: access.ApplicationQueue, Scope: city, Handler: p.bulkTasks},
		{Method: get, Path: pathTasksStep, Needs: access.ApplicationQueue, Scope: city, Handler: p.bulkTasksChoose},
		{Method: get, Path: pathTasksTold + "/:id", Needs: access.ApplicationQueue, Scope: city, IDs: site.IDs("id", "told"), Handler: p.bulkTasksTold},
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
