//go:build race

package engine

// raceDetector tells that this binary, which is the engine's process too, was built
// with the race detector. It multiplies the memory of Go code, so that a bound on
// memory says nothing about nhip; everything else is asserted as ever.
const raceDetector = true
