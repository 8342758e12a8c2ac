package pipes

import "syscall"

// CanRead says whether the end reads and is open.
func (s *PipeStream) CanRead() bool { return s.direction == In && s.now() != closed }

// CanWrite says whether the end writes and is open.
func (s *PipeStream) CanWrite() bool { return s.direction == Out && s.now() != closed }

// CanSeek is false.
func (s *PipeStream) CanSeek() bool { return false }

// CanTimeout is false.
func (s *PipeStream) CanTimeout() bool { return false }

// IsAsync is false: nothing of an anonymous pipe was opened for asynchronous use.
func (s *PipeStream) IsAsync() bool { return false }

// IsConnected says whether the end is open and was not found broken.
func (s *PipeStream) IsConnected() bool { return s.now() == connected }

// IsMessageComplete fails, since the read mode is never Message.
func (s *PipeStream) IsMessageComplete() (bool, error) {
	if err := s.checkOpen(); err != nil {
		return false, err
	}
	return false, invalidOperation("The read mode is not Message.")
}

// InBufferSize gives a reading end's capacity in bytes.
func (s *PipeStream) InBufferSize() (int, error) {
	if err := s.checkOpen(); err != nil {
		return 0, err
	}
	if err := s.checkReadable(); err != nil {
		return 0, err
	}
	return s.handle.capacity()
}

// OutBufferSize gives a writing end's capacity in bytes.
func (s *PipeStream) OutBufferSize() (int, error) {
	if err := s.checkUnbroken(); err != nil {
		return 0, err
	}
	if err := s.checkWritable(); err != nil {
		return 0, err
	}
	return s.handle.capacity()
}

func (h *SafePipeHandle) capacity() (int, error) {
	const getPipeSize = 1032
	size, _, e := syscall.Syscall(syscall.SYS_FCNTL, uintptr(h.fd), getPipeSize, 0)
	if e != 0 {
		return 0, ioError(e.Error())
	}
	return int(size), nil
}

// SafePipeHandle gives the end's handle.
func (s *PipeStream) SafePipeHandle() (*SafePipeHandle, error) {
	if err := s.checkOpen(); err != nil {
		return nil, err
	}
	return s.handle, nil
}

// TransmissionMode is Byte.
func (s *PipeStream) TransmissionMode() (PipeTransmissionMode, error) { return Byte, s.checkUnbroken() }

// ReadMode is Byte.
func (s *PipeStream) ReadMode() (PipeTransmissionMode, error) { return Byte, s.checkUnbroken() }

// SetReadMode takes Byte only.
func (s *PipeStream) SetReadMode(value PipeTransmissionMode) error {
	if err := s.checkUnbroken(); err != nil {
		return err
	}
	switch value {
	case Byte:
		return nil
	case Message:
		return notSupported("Anonymous pipes carry bytes, not messages.")
	}
	return outOfRange("value")
}

const (
	noSeeking  = "A pipe cannot seek."
	noTimeouts = "A pipe has no timeouts."
)

// Length fails: a pipe cannot seek.
func (s *PipeStream) Length() (int64, error) { return 0, notSupported(noSeeking) }

// SetLength fails: a pipe cannot seek.
func (s *PipeStream) SetLength(int64) error { return notSupported(noSeeking) }

// Position fails: a pipe cannot seek.
func (s *PipeStream) Position() (int64, error) { return 0, notSupported(noSeeking) }

// SetPosition fails: a pipe cannot seek.
func (s *PipeStream) SetPosition(int64) error { return notSupported(noSeeking) }

// Seek fails: a pipe cannot seek.
func (s *PipeStream) Seek(int64, int) (int64, error) { return 0, notSupported(noSeeking) }

// Timeout fails: a pipe has no timeouts.
func (s *PipeStream) Timeout() (int, error) { return 0, invalidOperation(noTimeouts) }

// SetTimeout fails: a pipe has no timeouts.
func (s *PipeStream) SetTimeout(int) error { return invalidOperation(noTimeouts) }
