package pipes

import (
	"syscall"
	"unsafe"
)

// pollfd is the C struct of that name.
type pollfd struct {
	fd              int32
	events, revents int16
}

const (
	pollIn  = 0x1
	pollOut = 0x4
	pollErr = 0x8
)

// poll is poll(2): it waits up to timeout milliseconds, for ever if that is negative.
func poll(fds []pollfd, timeout int) error {
	for {
		_, _, e := syscall.Syscall(
			syscall.SYS_POLL, uintptr(unsafe.Pointer(&fds[0])), uintptr(len(fds)), uintptr(timeout))
		if e == 0 {
			return nil
		}
		if e != syscall.EINTR {
			return e
		}
	}
}
