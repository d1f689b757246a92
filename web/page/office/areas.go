package office

import "bedelau/web/ui"

// AreasView is the districts of the city, as addresses offer them.
type AreasView struct {
	ui.Shell
	Districts []District
}

// District is a district with those of its kelurahan that are listed. Of is how many it has.
type District struct {
	AreaRow
	Of    int
	Parts []AreaRow
}

// AreaRow is a district or a kelurahan, and where its name comes from.
type AreaRow struct {
	Code, Name, Source string
	Verified           bool
}
