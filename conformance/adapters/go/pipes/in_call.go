package pipes

import "errors"

// The asynchronous members of a stream that has none of its own: the task has ended when the call returns. It keeps what
// the pipe fails with; usage errors leave the call itself.

// ReadAsync is a stream's ReadSpan as a task.
func ReadAsync(s Stream, buffer []byte, token *CancellationToken) (*Task, error) {
	return inCall(token, func() (any, error) { return s.ReadSpan(buffer) })
}

// WriteAsync is a stream's WriteSpan as a task.
func WriteAsync(s Stream, buffer []byte, token *CancellationToken) (*Task, error) {
	return inCall(token, func() (any, error) { return nil, s.WriteSpan(buffer) })
}

// ReadExactly fills a buffer by a stream's ReadSpan, or fails with an EndOfStreamException.
func ReadExactly(s Stream, buffer []byte) error {
	_, err := atLeast(buffer, len(buffer), true, s.ReadSpan)
	return err
}

// ReadAtLeast reads by a stream's ReadSpan until minimum bytes are there, and gives how many came.
func ReadAtLeast(s Stream, buffer []byte, minimum int, throwOnEndOfStream bool) (int, error) {
	if minimum < 0 || minimum > len(buffer) {
		return 0, outOfRange("minimumBytes")
	}
	return atLeast(buffer, minimum, throwOnEndOfStream, s.ReadSpan)
}

// ReadExactlyAsync is ReadExactly as a task.
func ReadExactlyAsync(s Stream, buffer []byte, token *CancellationToken) (*Task, error) {
	return inCall(token, func() (any, error) { return nil, ReadExactly(s, buffer) })
}

// ReadAtLeastAsync is ReadAtLeast as a task.
func ReadAtLeastAsync(
	s Stream, buffer []byte, minimum int, throwOnEndOfStream bool, token *CancellationToken,
) (*Task, error) {
	if minimum < 0 || minimum > len(buffer) {
		return nil, outOfRange("minimumBytes")
	}
	return inCall(token, func() (any, error) {
		return boxed(ReadAtLeast(s, buffer, minimum, throwOnEndOfStream))
	})
}

// FlushAsync is a stream's Flush as a task.
func FlushAsync(s Stream, token *CancellationToken) (*Task, error) {
	return inCall(token, func() (any, error) { return nil, s.Flush() })
}

// BeginRead is ReadAsync in the older pattern.
func BeginRead(
	s Stream, buffer []byte, offset, count int, callback func(*AsyncResult), state any,
) (*AsyncResult, error) {
	return beginInCall(s, false, ReadAsync, buffer, offset, count, callback, state)
}

// BeginWrite is WriteAsync in the older pattern.
func BeginWrite(
	s Stream, buffer []byte, offset, count int, callback func(*AsyncResult), state any,
) (*AsyncResult, error) {
	return beginInCall(s, true, WriteAsync, buffer, offset, count, callback, state)
}

// EndRead gives the number of bytes of a stream's BeginRead.
func EndRead(s Stream, result *AsyncResult) (int, error) {
	if err := checkResult(s, result, false); err != nil {
		return 0, err
	}
	return result.task.count()
}

// EndWrite gives what came of a stream's BeginWrite.
func EndWrite(s Stream, result *AsyncResult) error {
	if err := checkResult(s, result, true); err != nil {
		return err
	}
	_, err := result.task.Wait()
	return err
}

// CopyTo copies what comes until the stream ends, size bytes at a time.
func CopyTo(s, destination Stream, size int) error {
	if err := checkDestination(destination, size); err != nil {
		return err
	}
	return copyAll(make([]byte, size), s.ReadSpan, destination.WriteSpan)
}

// CopyToAsync is CopyTo as a task.
func CopyToAsync(s, destination Stream, size int, token *CancellationToken) (*Task, error) {
	if err := checkDestination(destination, size); err != nil {
		return nil, err
	}
	return inCall(token, func() (any, error) { return nil, CopyTo(s, destination, size) })
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
	if err != nil && !isIOError(err) {
		return nil, err
	}
	return completed(value, err), nil
}

func beginInCall(
	s Stream, writing bool, do func(Stream, []byte, *CancellationToken) (*Task, error),
	buffer []byte, offset, count int, callback func(*AsyncResult), state any,
) (*AsyncResult, error) {
	bytes, err := Part(buffer, offset, count)
	if err != nil {
		return nil, err
	}
	task, err := do(s, bytes, nil)
	if err != nil {
		return nil, err
	}
	return begin(s, writing, task, callback, state), nil
}

func isIOError(err error) bool {
	var exception *Exception
	return errors.As(err, &exception) &&
		(exception.Type == "IOException" || exception.Type == "EndOfStreamException")
}
