package pipes

// The asynchronous members of a stream that has none of its own: the task has ended when the call returns.

// ReadAsync is a stream's ReadSpan as a task.
func ReadAsync(s Stream, buffer []byte, token *CancellationToken) (*Task, error) {
	return inCall(token, func() (any, error) { return s.ReadSpan(buffer) })
}

// WriteAsync is a stream's WriteSpan as a task.
func WriteAsync(s Stream, buffer []byte, token *CancellationToken) (*Task, error) {
	return inCall(token, func() (any, error) { return nil, s.WriteSpan(buffer) })
}

// FlushAsync is a stream's Flush as a task.
func FlushAsync(s Stream, token *CancellationToken) (*Task, error) {
	return inCall(token, func() (any, error) { return nil, s.Flush() })
}

// Part gives the elements that offset and count name.
func Part(buffer []byte, offset, count int) ([]byte, error) {
	if err := checkRange(buffer, offset, count); err != nil {
		return nil, err
	}
	return buffer[offset : offset+count], nil
}

func inCall(token *CancellationToken, f func() (any, error)) (*Task, error) {
	if token.isCancelled() {
		return completed(nil, canceled(token)), nil
	}
	value, err := f()
	if err != nil {
		return nil, err
	}
	return completed(value, nil), nil
}
