package pipes

// DefaultCopySize is how many bytes are copied at a time where nothing else is said.
const DefaultCopySize = 81920

// CopyTo copies what comes until the stream ends, size bytes at a time.
func (s *PipeStream) CopyTo(destination Stream, size int) error {
	if err := s.checkCopy(destination, size); err != nil {
		return err
	}
	return copyAll(make([]byte, size), s.ReadSpan, destination.WriteSpan)
}

// CopyToAsync is CopyTo as a task.
func (s *PipeStream) CopyToAsync(destination Stream, size int, token *CancellationToken) (*Task, error) {
	if err := s.checkCopy(destination, size); err != nil {
		return nil, err
	}
	write := destination.WriteSpan
	if pipe, ok := destination.(asynchronousWriter); ok {
		write = writingWith(pipe, token)
	}
	return start(func() (any, error) {
		return nil, copyAll(make([]byte, size), s.readingWith(token), write)
	}), nil
}

type asynchronousWriter interface {
	WriteMemoryAsync(buffer []byte, token *CancellationToken) (*Task, error)
}

func writingWith(pipe asynchronousWriter, token *CancellationToken) func([]byte) error {
	return func(buffer []byte) error {
		task, err := pipe.WriteMemoryAsync(buffer, token)
		if err == nil {
			_, err = task.Wait()
		}
		return err
	}
}

func copyAll(buffer []byte, read func([]byte) (int, error), write func([]byte) error) error {
	for {
		n, err := read(buffer)
		if err != nil || n == 0 {
			return err
		}
		if err := write(buffer[:n]); err != nil {
			return err
		}
	}
}

func (s *PipeStream) checkCopy(destination Stream, size int) error {
	if err := checkDestination(destination, size); err != nil {
		return err
	}
	return s.checkReadable()
}

func checkDestination(destination Stream, size int) error {
	switch {
	case destination == nil:
		return argumentNull("destination")
	case size <= 0:
		return outOfRange("bufferSize")
	case !destination.CanWrite() && !destination.CanRead():
		return objectDisposed()
	case !destination.CanWrite():
		return notSupported("The destination cannot be written to.")
	}
	return nil
}
