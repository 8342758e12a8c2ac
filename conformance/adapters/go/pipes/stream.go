package pipes

// Stream is what CopyTo writes to and Synchronized wraps.
type Stream interface {
	CanRead() bool
	CanWrite() bool
	CanSeek() bool
	CanTimeout() bool
	Timeout() (int, error)
	SetTimeout(milliseconds int) error
	Length() (int64, error)
	Position() (int64, error)
	SetPosition(value int64) error
	Seek(offset int64, origin int) (int64, error)
	SetLength(value int64) error
	Read(buffer []byte, offset, count int) (int, error)
	ReadSpan(buffer []byte) (int, error)
	ReadByteOrEnd() (int, error)
	Write(buffer []byte, offset, count int) error
	WriteSpan(buffer []byte) error
	WriteByte(value byte) error
	Flush() error
	Dispose()
}

// DisposeAsync is a stream's Dispose as a task: closing a pipe waits for nothing, so that it has ended already.
func DisposeAsync(stream Stream) *Task {
	stream.Dispose()
	return completed(nil, nil)
}
