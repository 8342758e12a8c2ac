//go:build poll

package pipes

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// callers are the synchronous calls that use a handle.
type callers struct{ users sync.WaitGroup }

// end wakes the calls of a handle that was marked closed, and waits until they have left.
func (c *callers) end() {
	if wake.err != nil {
		return // then no call could begin to wait
	}
	one := []byte{1, 0, 0, 0, 0, 0, 0, 0}
	syscall.Write(wake.fd, one)
	c.users.Wait()
	syscall.Read(wake.fd, one)
}

// wake is what every synchronous call polls beside its pipe: readable while a handle is being disposed. There is one for
// the process, made at its start, so that a call that has to wait needs no free descriptor.
var wake = makeWake()

type waker struct {
	fd  int
	err error
}

func makeWake() waker {
	const semaphore = 1
	fd, _, e := syscall.Syscall(syscall.SYS_EVENTFD2, 0, semaphore|syscall.O_CLOEXEC, 0)
	if e != 0 {
		return waker{-1, e}
	}
	return waker{int(fd), nil}
}

// enter keeps the descriptor open until leave.
func (h *SafePipeHandle) enter() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return os.ErrClosed
	}
	if wake.err != nil {
		return wake.err
	}
	h.calls.users.Add(1)
	return nil
}

func (h *SafePipeHandle) leave() { h.calls.users.Done() }

// await waits for events, or for the handle's being disposed.
func (h *SafePipeHandle) await(events int16) error {
	for {
		fds := []pollfd{{int32(h.fd), events, 0}, {int32(wake.fd), pollIn, 0}}
		if err := poll(fds, -1); err != nil {
			return err
		}
		if h.IsClosed() {
			return os.ErrClosed
		}
		if fds[0].revents != 0 {
			return nil
		}
	}
}

func (h *SafePipeHandle) readPolling(buffer []byte) (int, error) {
	if err := h.enter(); err != nil {
		return 0, err
	}
	defer h.leave()
	for {
		n, err := tryRead(h.fd, buffer)
		if !errors.Is(err, syscall.EAGAIN) {
			return n, err
		}
		if err := h.await(pollIn); err != nil {
			return 0, err
		}
	}
}

func (h *SafePipeHandle) writePolling(buffer []byte) error {
	if err := h.enter(); err != nil {
		return err
	}
	defer h.leave()
	for len(buffer) > 0 {
		n, err := tryWrite(h.fd, buffer)
		buffer = buffer[n:]
		if errors.Is(err, syscall.EAGAIN) {
			err = h.await(pollOut)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *PipeStream) readNow(t turn, buffer []byte) (int, error) {
	t.wait(nil)
	defer t.leave()
	n, err := s.handle.readPolling(buffer)
	if err != nil {
		return 0, s.failed(err, nil)
	}
	return n, nil
}

func (s *PipeStream) writeNow(t turn, buffer []byte) error {
	t.wait(nil)
	defer t.leave()
	if err := s.handle.writePolling(buffer); err != nil {
		return s.failed(err, nil)
	}
	return nil
}
