package pipes

// Write writes count bytes of the array from offset on, all of them.
func (s *PipeStream) Write(buffer []byte, offset, count int) error {
	if err := checkRange(buffer, offset, count); err != nil {
		return err
	}
	return s.WriteSpan(buffer[offset : offset+count])
}

// WriteSpan is Write of a whole buffer.
func (s *PipeStream) WriteSpan(buffer []byte) error {
	if err := s.checkWritable(); err != nil {
		return err
	}
	if err := s.checkUnbroken(); err != nil {
		return err
	}
	if len(buffer) == 0 {
		return nil
	}
	return s.writeNow(s.writes.take(), buffer)
}

// WriteByte writes one byte.
func (s *PipeStream) WriteByte(value byte) error { return s.WriteSpan([]byte{value}) }

// WriteAsync is Write as a task.
func (s *PipeStream) WriteAsync(buffer []byte, offset, count int, token *CancellationToken) (*Task, error) {
	if err := checkRange(buffer, offset, count); err != nil {
		return nil, err
	}
	return s.WriteMemoryAsync(buffer[offset:offset+count], token)
}

// WriteMemoryAsync is WriteAsync of a whole buffer.
func (s *PipeStream) WriteMemoryAsync(buffer []byte, token *CancellationToken) (*Task, error) {
	if err := s.checkWritable(); err != nil {
		return nil, err
	}
	if token.isCancelled() {
		return completed(nil, canceled(token)), nil
	}
	if err := s.checkUnbroken(); err != nil {
		return nil, err
	}
	if len(buffer) == 0 {
		return completed(nil, nil), nil
	}
	t := s.writes.take()
	return start(func() (any, error) { return nil, s.write(t, buffer, token) }), nil
}

// Flush has nothing to do: what was written is in the pipe.
func (s *PipeStream) Flush() error { return s.checkUnbroken() }

// FlushAsync is Flush as a task.
func (s *PipeStream) FlushAsync(token *CancellationToken) *Task {
	if token.isCancelled() {
		return completed(nil, canceled(token))
	}
	return completed(nil, s.Flush())
}
