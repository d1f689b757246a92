// Package migrations holds the schema as forward-only SQL, applied in name order by `bedelau migrate`.
//
// A file is never edited after it has landed. A change that running code cannot bear goes in three steps: expand,
// deploy, contract.
package migrations

import "embed"

// FS holds every migration.
//
//go:embed *.sql
var FS embed.FS
