// Package tenants carries the city packs: data only, one folder per city, read through FS.
//
// FS holds every file below a city's folder, so a new city is a new folder and no line of Go. See README.md for how
// a pack is made.
package tenants

import "embed"

// FS is read by kernel/pack. Its root lists the cities; files beside the folders (this one, the README) are not in it.
//
//go:embed all:*/*
var FS embed.FS

// Seller is who sends the platform's invoices, under which tax rules: kernel/invoice reads it.
//
//go:embed seller.yaml
var Seller []byte

// Coretax are the layouts in which faktur pajak are handed to the tax office, by the day in their names from which each is in
// force: kernel/faktur reads them.
//
//go:embed coretax-*.xml
var Coretax embed.FS
