package portal

import (
	"bedelau/internal/edge/gate"
)

// Addresses that several handlers lead to.
const (
	pathCode  = "/masuk/kode"
	pathEnrol = "/masuk/pasang"
)

func (p *Portal) publicRoutes() gate.Table { return gate.Table{} }

func (p *Portal) accountRoutes() gate.Table { return gate.Table{} }

func (p *Portal) residentRoutes() gate.Table { return gate.Table{} }
