package pipes

// ReadExactly reads count bytes, or fails with an EndOfStreamException.
func (s *PipeStream) ReadExactly(buffer []byte, offset, count int) error {
	if err := checkRange(buffer, offset, count); err != nil {
		return err
	}
	return s.ReadExactlySpan(buffer[offset : offset+count])
}

// ReadExactlySpan is ReadExactly into a whole buffer.
func (s *PipeStream) ReadExactlySpan(buffer []byte) error {
	_, err := atLeast(buffer, len(buffer), true, s.ReadSpan)
	return err
}

// ReadExactlyAsync is ReadExactly as a task.
func (s *PipeStream) ReadExactlyAsync(buffer []byte, offset, count int, token *CancellationToken) (*Task, error) {
	if err := checkRange(buffer, offset, count); err != nil {
		return nil, err
	}
	return s.ReadExactlyMemoryAsync(buffer[offset:offset+count], token)
}

// ReadExactlyMemoryAsync is ReadExactlyAsync into a whole buffer.
func (s *PipeStream) ReadExactlyMemoryAsync(buffer []byte, token *CancellationToken) (*Task, error) {
	return start(func() (any, error) {
		_, err := atLeast(buffer, len(buffer), true, s.readingWith(token))
		return nil, err
	}), nil
}

// ReadAtLeast reads until minimum bytes are there, and gives how many came. Where the stream ends before, it fails if
// throwOnEndOfStream, and else gives what there was.
func (s *PipeStream) ReadAtLeast(buffer []byte, minimum int, throwOnEndOfStream bool) (int, error) {
	if minimum < 0 || minimum > len(buffer) {
		return 0, outOfRange("minimumBytes")
	}
	return atLeast(buffer, minimum, throwOnEndOfStream, s.ReadSpan)
}

// ReadAtLeastAsync is ReadAtLeast as a task.
func (s *PipeStream) ReadAtLeastAsync(
	buffer []byte, minimum int, throwOnEndOfStream bool, token *CancellationToken,
) (*Task, error) {
	if minimum < 0 || minimum > len(buffer) {
		return nil, outOfRange("minimumBytes")
	}
	return start(func() (any, error) {
		return boxed(atLeast(buffer, minimum, throwOnEndOfStream, s.readingWith(token)))
	}), nil
}

// readingWith is ReadMemoryAsync with a token, waited for.
func (s *PipeStream) readingWith(token *CancellationToken) func([]byte) (int, error) {
	return func(buffer []byte) (int, error) {
		task, err := s.ReadMemoryAsync(buffer, token)
		if err != nil {
			return 0, err
		}
		return task.count()
	}
}

func atLeast(buffer []byte, minimum int, throwOnEndOfStream bool, read func([]byte) (int, error)) (int, error) {
	have := 0
	for have < minimum {
		n, err := read(buffer[have:])
		if err != nil {
			return have, err
		}
		if n == 0 && throwOnEndOfStream {
			return have, endOfStream()
		}
		if n == 0 {
			break
		}
		have += n
	}
	return have, nil
}
