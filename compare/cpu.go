//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime returns what the process has used so far, in user and system mode.
func cpuTime() time.Duration {
	var u syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
