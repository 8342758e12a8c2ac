package pipes

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// read waits in the runtime's poller until there are bytes or the pipe has ended.
func (s *PipeStream) read(t turn, buffer []byte, token *CancellationToken) (int, error) {
	if !t.wait(token) {
		return 0, canceled(token)
	}
	defer t.leave()
	file, raw, err := s.handle.raw()
	if err != nil {
		return 0, s.failed(err, token)
	}
	defer cancellable(token, &s.handle.reads, file.SetReadDeadline)()
	n := 0
	waited := s.again(token, func() error {
		return raw.Read(func(fd uintptr) bool {
			n, err = tryRead(int(fd), buffer)
			return !errors.Is(err, syscall.EAGAIN)
		})
	})
	if waited != nil {
		return 0, s.failed(waited, token)
	}
	if err != nil {
		return 0, s.failed(err, token)
	}
	return n, nil
}

// write waits in the runtime's poller until all bytes are in the pipe.
func (s *PipeStream) write(t turn, buffer []byte, token *CancellationToken) error {
	if !t.wait(token) {
		return canceled(token)
	}
	defer t.leave()
	file, raw, err := s.handle.raw()
	if err != nil {
		return s.failed(err, token)
	}
	defer cancellable(token, &s.handle.writes, file.SetWriteDeadline)()
	waited := s.again(token, func() error {
		return raw.Write(func(fd uintptr) bool {
			for len(buffer) > 0 && err == nil {
				n := 0
				n, err = tryWrite(int(fd), buffer)
				buffer = buffer[n:]
			}
			if errors.Is(err, syscall.EAGAIN) {
				err = nil
				return false
			}
			return true
		})
	})
	if waited != nil {
		return s.failed(waited, token)
	}
	if err != nil {
		return s.failed(err, token)
	}
	return nil
}

// again waits, and goes on with that where the deadline that passes is another's: a handle has one for all streams
// made of it, and the last of those who were cancelled takes it back as it leaves.
func (s *PipeStream) again(token *CancellationToken, wait func() error) error {
	for {
		err := wait()
		if !errors.Is(err, os.ErrDeadlineExceeded) || token.isCancelled() || s.handle.IsClosed() {
			return err
		}
		runtime.Gosched()
	}
}

// raw gives the handle's file and the way to its descriptor that waits in the runtime's poller.
func (h *SafePipeHandle) raw() (*os.File, syscall.RawConn, error) {
	file, err := h.open()
	if err != nil {
		return nil, nil, err
	}
	raw, err := file.SyscallConn()
	return file, raw, err
}

// cancellable ends what waits on a file, by a deadline that has passed, once the token is cancelled. What it returns ends
// that.
func cancellable(token *CancellationToken, d *deadline, set func(time.Time) error) (end func()) {
	if token == nil {
		return func() {}
	}
	passed, over := false, false // under the deadline's lock
	unregister := token.register(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if !over && !passed {
			passed = true
			d.passes(set)
		}
	})
	return func() {
		unregister()
		d.mu.Lock()
		defer d.mu.Unlock()
		over = true
		if passed {
			d.takeBack(set)
		}
	}
}

// deadline ends waits with a handle's file: it has passed for as long as somebody is to leave by it.
type deadline struct {
	mu      sync.Mutex
	leaving int
}

// passes has everybody look whether it is meant. The lock is held.
func (d *deadline) passes(set func(time.Time) error) {
	d.leaving++
	set(past)
}

// takeBack says that one of those who were meant has left. The lock is held.
func (d *deadline) takeBack(set func(time.Time) error) {
	d.leaving--
	if d.leaving == 0 {
		set(time.Time{})
	}
}

// passForGood is for all who wait, and will.
func (d *deadline) passForGood(set func(time.Time) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.passes(set)
}

// failed makes an exception of what the operating system or the runtime said.
func (s *PipeStream) failed(err error, token *CancellationToken) error {
	switch {
	case errors.Is(err, syscall.EPIPE):
		s.foundBroken()
		return ioError("The pipe is broken.")
	case errors.Is(err, os.ErrDeadlineExceeded) && token.isCancelled():
		return canceled(token)
	case errors.Is(err, os.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
		return ioError("The pipe was closed while an operation waited.")
	}
	return ioError(err.Error())
}
