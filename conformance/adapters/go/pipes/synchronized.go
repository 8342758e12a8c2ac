package pipes

import "sync"

// synchronized lets one call at a time through to a stream.
type synchronized struct {
	mu sync.Mutex
	Stream
}

// Synchronized wraps a stream so that several goroutines may use it.
func Synchronized(stream Stream) (Stream, error) {
	if stream == nil {
		return nil, argumentNull("stream")
	}
	return &synchronized{Stream: stream}, nil
}

func (s *synchronized) Read(buffer []byte, offset, count int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stream.Read(buffer, offset, count)
}

func (s *synchronized) ReadSpan(buffer []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stream.ReadSpan(buffer)
}

func (s *synchronized) ReadByteOrEnd() (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stream.ReadByteOrEnd()
}

func (s *synchronized) Write(buffer []byte, offset, count int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stream.Write(buffer, offset, count)
}

func (s *synchronized) WriteSpan(buffer []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stream.WriteSpan(buffer)
}

func (s *synchronized) WriteByte(value byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stream.WriteByte(value)
}
