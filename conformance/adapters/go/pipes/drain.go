package pipes

import (
	"errors"
	"syscall"
	"time"
	"unsafe"
)

// The operating system tells when a pipe has room, but not when it is empty: one has to look again.
const (
	firstPause   = time.Millisecond
	longestPause = 16 * time.Millisecond
)

// WaitForPipeDrain waits until the other end has read all that was written.
func (s *PipeStream) WaitForPipeDrain() error {
	if err := s.checkUnbroken(); err != nil {
		return err
	}
	if err := s.checkWritable(); err != nil {
		return err
	}
	isLost := false
	for pause := firstPause; ; pause *= 2 {
		if err := s.checkOpen(); err != nil {
			return err
		}
		unread, err := s.handle.unread()
		if err != nil {
			return s.failed(err, nil)
		}
		if unread == 0 {
			return nil
		}
		if isLost { // by a reader that had not taken all
			return s.failed(syscall.EPIPE, nil)
		}
		if pause > longestPause {
			pause = longestPause
		}
		isLost = s.handle.lostReader(pause)
	}
}

func (h *SafePipeHandle) unread() (int, error) {
	const fionread = 0x541B
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, errors.New("the handle is closed")
	}
	var count int32
	_, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(h.fd), fionread, uintptr(unsafe.Pointer(&count)))
	if e != 0 {
		return 0, e
	}
	return int(count), nil
}

// lostReader waits for the reader to go away, but not longer than patience.
func (h *SafePipeHandle) lostReader(patience time.Duration) bool {
	fds := []pollfd{{int32(h.fd), pollErr, 0}}
	err := poll(fds, int(patience/time.Millisecond))
	return err == nil && fds[0].revents&pollErr != 0
}
