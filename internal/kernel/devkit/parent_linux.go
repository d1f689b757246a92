package devkit

import (
	"fmt"
	"os"
	"syscall"
)

// dieWithParent makes the kernel interrupt the child when we end, even by kill -9: a fast shutdown to both services.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGINT }

// worksIn reports whether a process lives and works in folder, as both services do in their data folder. Not the number
// alone: it may have gone to another process, or stay with a dead one that nobody has collected, as in a container.
func worksIn(pid int, folder string) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && cwd == folder
}
