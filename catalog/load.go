package catalog

import (
	"embed"
	"io/fs"
)

//go:embed all:sources
var embedded embed.FS

// Load decodes and checks the embedded catalog overlaid by the files of overlay
// (nil for none). The error is a [Problems] with everything that is wrong.
func Load(overlay fs.FS) (*Catalog, error) {
	panic("TODO: written by the catalog work package")
}
