package transform

// Version names the readers and the catalog they read with: the part of
// Record.Reader after the slash. A record of another version may be worth reading
// again.
func (r *Reader) Version() string { return version + "+" + r.catalog.Fingerprint }
