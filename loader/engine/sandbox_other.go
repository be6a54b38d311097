//go:build !linux

package engine

import "errors"

var errHalfSandboxed = errors.New("the engine could not be run in its sandbox")

// enterSandbox says that there is none: Landlock is Linux's.
func enterSandbox(childOptions) error {
	return errors.New("this system has no Landlock")
}
