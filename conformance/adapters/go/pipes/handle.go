package pipes

import (
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// SafePipeHandle owns a descriptor, or only knows one.
type SafePipeHandle struct {
	mu     sync.Mutex
	fd     int
	owns   bool
	number *number // if it owns the descriptor
	closed bool
	file   *os.File // the runtime poller's view of the descriptor, once an operation needs it
	apart  bool     // the file is of a duplicate
	calls  callers
	reads  deadline
	writes deadline
}

// NewSafePipeHandle makes a handle of a descriptor, which it closes in the end if it owns it.
func NewSafePipeHandle(preexisting int, owns bool) *SafePipeHandle {
	h := &SafePipeHandle{fd: preexisting, owns: owns}
	if owns {
		h.number = &number{fd: preexisting}
		runtime.SetFinalizer(h, (*SafePipeHandle).Dispose)
	}
	return h
}

// IsInvalid says whether the handle was made of no descriptor at all.
func (h *SafePipeHandle) IsInvalid() bool { return h.fd == -1 }

// DangerousGetHandle gives the descriptor, open or not.
func (h *SafePipeHandle) DangerousGetHandle() int { return h.fd }

// IsClosed says whether the handle was disposed.
func (h *SafePipeHandle) IsClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// SetHandleAsInvalid gives the descriptor up: the handle is closed and the descriptor is not.
func (h *SafePipeHandle) SetHandleAsInvalid() {
	h.mu.Lock()
	h.owns = false
	h.mu.Unlock()
	h.Dispose()
}

// Close is Dispose.
func (h *SafePipeHandle) Close() { h.Dispose() }

// Dispose ends the operations that wait with the handle and closes the descriptor if it is owned.
func (h *SafePipeHandle) Dispose() {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return
	}
	h.closed = true
	file, apart := h.file, h.apart
	h.file = nil
	h.mu.Unlock()

	runtime.SetFinalizer(h, nil)
	h.calls.end()
	closes := h.owns && h.number.take()
	if file != nil && (closes || apart) {
		file.Close()
	} else if file != nil {
		h.reads.passForGood(file.SetReadDeadline)
		h.writes.passForGood(file.SetWriteDeadline)
		borrowed.Store(file, nil)
	}
	if closes && h.fd >= 0 && (file == nil || apart) {
		syscall.Close(h.fd)
	}
}

var past = time.Unix(1, 0)

// borrowed keeps the files of descriptors that are not ours for ever: a file that is collected closes its descriptor.
var borrowed sync.Map

// open gives the file whose descriptor the runtime's poller watches.
func (h *SafePipeHandle) open() (*os.File, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, os.ErrClosed
	}
	if h.file != nil {
		return h.file, nil
	}
	file, apart, err := watchedOnce(h.fd)
	if err != nil {
		return nil, err
	}
	h.file, h.apart = file, apart
	if apart {
		h.number.copied(file)
	}
	if !h.owns && !apart {
		borrowed.Store(file, nil)
	}
	return file, nil
}

// watchedOnce makes a file of a descriptor, or of a duplicate: the poller knows a number once only, and refuses it to a second owner.
func watchedOnce(fd int) (file *os.File, apart bool, err error) {
	file, err = watched(fd)
	if err != nil || file.SetDeadline(time.Time{}) == nil {
		return file, false, err
	}
	borrowed.Store(file, nil)
	duplicate, err := duplicated(fd, 0)
	if err != nil {
		return nil, false, err
	}
	file, err = watched(duplicate)
	return file, true, err
}

// duplicated gives a duplicate of a descriptor, close-on-exec, with the lowest free number from lowest on.
func duplicated(fd, lowest int) (int, error) {
	duplicate, _, e := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, uintptr(lowest))
	if e != 0 {
		return 0, e
	}
	return int(duplicate), nil
}

// watched makes a file of a descriptor. Package os has the poller watch what is in non-blocking mode: so it is for that
// moment, if it was not.
func watched(fd int) (*os.File, error) {
	flags, _, e := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFL, 0)
	if e != 0 {
		return nil, e
	}
	if flags&syscall.O_NONBLOCK != 0 {
		return os.NewFile(uintptr(fd), "pipe"), nil
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "pipe")
	return file, syscall.SetNonblock(fd, false)
}

// checkPipe fails unless the handle is an open pipe's.
func (h *SafePipeHandle) checkPipe() error {
	if h.IsClosed() {
		return ioError("The handle is closed.")
	}
	if h.fd != int(int32(h.fd)) { // the system would look at the low half alone
		return ioError(syscall.EBADF.Error())
	}
	var status syscall.Stat_t
	if err := syscall.Fstat(h.fd, &status); err != nil {
		return ioError(err.Error())
	}
	if status.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return ioError("The handle is no pipe.")
	}
	return nil
}
