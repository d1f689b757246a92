//go:build unix && !linux

package devkit

import "syscall"

// dieWithParent: other systems have no parent-death signal. A service that outlives a crash is met by reap.
func dieWithParent(*syscall.SysProcAttr) {}

// worksIn: other systems have no portable way to ask for the folder, so the number has to do.
func worksIn(pid int, _ string) bool { return syscall.Kill(pid, 0) == nil }
