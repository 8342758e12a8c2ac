package pipes

// Read reads at least one byte and at most count into the array from offset on. 0 is the end of the stream.
func (s *PipeStream) Read(buffer []byte, offset, count int) (int, error) {
	if err := checkRange(buffer, offset, count); err != nil {
		return 0, err
	}
	return s.ReadSpan(buffer[offset : offset+count])
}

// ReadSpan is Read into a whole buffer.
func (s *PipeStream) ReadSpan(buffer []byte) (int, error) {
	if err := s.checkReadable(); err != nil {
		return 0, err
	}
	if err := s.checkOpen(); err != nil {
		return 0, err
	}
	if len(buffer) == 0 {
		return 0, nil
	}
	return s.readNow(s.reads.take(), buffer)
}

// ReadByteOrEnd reads one byte, or gives -1 at the end of the stream.
func (s *PipeStream) ReadByteOrEnd() (int, error) {
	var one [1]byte
	n, err := s.ReadSpan(one[:])
	if err != nil || n == 0 {
		return -1, err
	}
	return int(one[0]), nil
}

// ReadAsync is Read as a task, whose result is the number of bytes.
func (s *PipeStream) ReadAsync(buffer []byte, offset, count int, token *CancellationToken) (*Task, error) {
	if err := checkRange(buffer, offset, count); err != nil {
		return nil, err
	}
	return s.ReadMemoryAsync(buffer[offset:offset+count], token)
}

// ReadMemoryAsync is ReadAsync into a whole buffer.
func (s *PipeStream) ReadMemoryAsync(buffer []byte, token *CancellationToken) (*Task, error) {
	if err := s.checkReadable(); err != nil {
		return nil, err
	}
	if token.isCancelled() {
		return completed(nil, canceled(token)), nil
	}
	if err := s.checkOpen(); err != nil {
		return nil, err
	}
	if len(buffer) == 0 {
		return completed(0, nil), nil
	}
	t := s.reads.take()
	return start(func() (any, error) { return boxed(s.read(t, buffer, token)) }), nil
}

func boxed(n int, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}
