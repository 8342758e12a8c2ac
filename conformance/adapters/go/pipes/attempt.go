package pipes

import (
	"syscall"
	"unsafe"
)

// A pipe's mode is its other users', too: descriptors stay in blocking mode, and each call says for itself that it must
// not wait. EAGAIN is then what it says instead.

const (
	noWait = 0x8         // RWF_NOWAIT
	here   = ^uintptr(0) // no offset: a pipe has none
)

// promisedRoom is how many bytes a pipe takes without waiting once it polls as writable.
const promisedRoom = 4096

// tryRead reads what is there. 0 is the end of the stream.
func tryRead(fd int, buffer []byte) (int, error) {
	n, err := withoutWaiting(sysPreadv2, fd, buffer)
	if !unknown(err) {
		return n, err
	}
	if !ready(fd, pollIn) {
		return 0, syscall.EAGAIN
	}
	return moved(syscall.Read, fd, buffer)
}

// tryWrite writes what there is room for.
func tryWrite(fd int, buffer []byte) (int, error) {
	n, err := withoutWaiting(sysPwritev2, fd, buffer)
	if !unknown(err) {
		return n, err
	}
	if !ready(fd, pollOut) {
		return 0, syscall.EAGAIN
	}
	if len(buffer) > promisedRoom {
		buffer = buffer[:promisedRoom]
	}
	return moved(syscall.Write, fd, buffer)
}

// moved says how many bytes a call has moved, begun again where a signal interrupts it: none where it failed, for which
// the system has -1.
func moved(call func(int, []byte) (int, error), fd int, buffer []byte) (int, error) {
	for {
		n, err := call(fd, buffer)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		default:
			return 0, err
		}
	}
}

func withoutWaiting(call uintptr, fd int, buffer []byte) (int, error) {
	vector := syscall.Iovec{Base: &buffer[0], Len: uint64(len(buffer))}
	for {
		n, _, e := syscall.Syscall6(call, uintptr(fd), uintptr(unsafe.Pointer(&vector)), 1, here, here, noWait)
		switch e {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		default:
			return 0, e
		}
	}
}

// unknown says whether the kernel, or a filter before it, knows nothing of calls that must not wait.
func unknown(err error) bool {
	switch err {
	case syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EPERM, syscall.EACCES, syscall.EINVAL:
		return true
	}
	return false
}

// ready says whether a call would not wait. A pipe that is broken or has ended is ready: the call tells.
func ready(fd int, events int16) bool {
	fds := []pollfd{{int32(fd), events, 0}}
	return poll(fds, 0) != nil || fds[0].revents != 0
}
