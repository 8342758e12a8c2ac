// Package pipes is .NET's anonymous pipes for Go. Asynchronous members wait in the runtime's poller. Synchronous ones do so,
// too, or, built with the tag poll, in poll(2) on a descriptor that stays in blocking mode.
package pipes

import "sync"

type state int

const (
	connected state = iota
	broken
	closed
)

// PipeStream is what a server's and a client's end share.
type PipeStream struct {
	mu            sync.Mutex
	state         state
	handle        *SafePipeHandle
	direction     PipeDirection
	reads, writes queue
}

func (s *PipeStream) now() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != closed && s.handle.IsClosed() {
		return closed
	}
	return s.state
}

func (s *PipeStream) foundBroken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == connected {
		s.state = broken
	}
}

// Dispose closes the end. Another call does nothing.
func (s *PipeStream) Dispose() { s.shut() }

// shut does so and says whether it was the first to; that somebody has closed the handle alone is no Dispose.
func (s *PipeStream) shut() bool {
	s.mu.Lock()
	was := s.state
	s.state = closed
	s.mu.Unlock()
	if was == closed {
		return false
	}
	s.handle.Dispose()
	return true
}

func (s *PipeStream) checkOpen() error {
	if s.now() == closed {
		return objectDisposed()
	}
	return nil
}

func (s *PipeStream) checkUnbroken() error {
	switch s.now() {
	case closed:
		return objectDisposed()
	case broken:
		return ioError("The pipe is broken.")
	}
	return nil
}

func (s *PipeStream) checkReadable() error {
	if s.direction != In {
		return notSupported("The pipe does not support reading.")
	}
	return nil
}

func (s *PipeStream) checkWritable() error {
	if s.direction != Out {
		return notSupported("The pipe does not support writing.")
	}
	return nil
}

// checkRange is about the three arguments that name a part of an array.
func checkRange(buffer []byte, offset, count int) error {
	switch {
	case buffer == nil:
		return argumentNull("buffer")
	case offset < 0:
		return outOfRange("offset")
	case count < 0 || offset > len(buffer) || count > len(buffer)-offset:
		return outOfRange("count")
	}
	return nil
}

func checkDirection(direction PipeDirection) error {
	if direction != In && direction != Out && direction != InOut {
		return outOfRange("direction")
	}
	return nil
}

func checkOneWay(direction PipeDirection) error {
	if direction == InOut {
		return notSupported("Anonymous pipes are one-way.")
	}
	return nil
}
