// Package engine is the embedded ClickHouse of nhip: libchdb, loaded by purego
// into a process of its own that speaks ClickHouse's HTTP interface on a Unix
// socket of the data directory.
package engine
