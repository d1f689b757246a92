// Package queue is the pages where officers and heads of agencies find their work: the queue with its filters, searches and
// files, what other offices' systems report, what offices were asked, the workload, and what is done to many applications
// at once. Package desk is the page of one application.
package queue

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/access"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the queue of every city.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table { return []gate.Table{p.listRoutes(), p.batchRoutes()} }

// listRoutes is where officers and heads of agencies find their work, and do one thing to many.
func (p *Pages) listRoutes() gate.Table {
	read, review, city := access.ApplicationRead, access.ApplicationReview, gate.City
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
		{Method: get, Path: pathOther + "/:id", Needs: access.ApplicationQueue, Scope: city, IDs: site.IDs("id", "external"), Handler: p.deskOther},
		{Method: get, Path: pathTasks, Needs: access.ApplicationQueue, Scope: city, Handler: p.deskTasks},
		{Method: post, Path: pathTasks + "/massal", Page: pathTasks, Needs: access.ApplicationQueue, Scope: city, Handler: p.bulkTasks},
		{Method: get, Path: pathTasksStep, Needs: access.ApplicationQueue, Scope: city, Handler: p.bulkTasksChoose},
		{Method: get, Path: pathTasksTold + "/:id", Needs: access.ApplicationQueue, Scope: city, IDs: site.IDs("id", "told"), Handler: p.bulkTasksTold},
	}
}
