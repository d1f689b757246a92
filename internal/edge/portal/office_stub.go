package portal

import "bedelau/internal/edge/gate"

func (p *Portal) officeRoutes() gate.Table  { return nil }
func (p *Portal) adminRoutes() gate.Table   { return nil }
func (p *Portal) bumdRoutes() gate.Table    { return nil }
func (p *Portal) mailboxRoutes() gate.Table { return nil }
