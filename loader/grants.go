package loader

import _ "embed"

// Grants is the script that gives the roles migrator, writer and reader of a server
// their rights.
//
//go:embed grants.sql
var Grants string
